// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace dgx::model {

/// How far an installation or a check is. Reported some ten times a second at most.
struct TransferProgress {
  enum class Phase { kFetching, kCopying, kChecking };
  Phase phase = Phase::kFetching;
  std::string file{};
  std::uint64_t done_bytes = 0;  ///< Of all files of this phase
  std::uint64_t total_bytes = 0;
};

using TransferSink = std::function<void(const TransferProgress&)>;

}  // namespace dgx::model
