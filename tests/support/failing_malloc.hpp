// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace dgx::test {

/// What a test and the process whose memory it takes away share: the file that DGX_FAILING_MALLOC
/// names holds one.
struct MemoryPlan {
  std::atomic<std::int64_t> until_refusal{0};  ///< Requests up to the one refused; 0 or less: none
  std::atomic<std::int64_t> every{0};          ///< Afterwards each so many-th, too; 0: none
  std::atomic<std::int64_t> refused{0};        ///< So far
};

}  // namespace dgx::test
