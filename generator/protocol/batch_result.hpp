// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::protocol {

/// What became of one line of a batch file.
struct BatchLineResult {
  std::int64_t line = 0;  ///< 1 for the first one of the file
  std::string job_id{};   ///< Empty where the line was refused
  JobStatus status = JobStatus::kPending;
  std::optional<Error> error{};
  std::vector<std::string> receipts{};  ///< Of the completed takes, as JSON
};

/// {"line", "job_id"?, "status"?, "takes": [receipt, ...], "error"?} on one line; a line that was
/// refused has neither job nor status.
std::string encode(const BatchLineResult& result);

}  // namespace dgx::protocol
