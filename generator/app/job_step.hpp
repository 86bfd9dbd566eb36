// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// How far a job is, as who waits for it is shown.
struct JobStep {
  double fraction = 0;  ///< 0 to 1
  protocol::Progress progress{};
  std::optional<std::string> waits{};  ///< Why it has not begun, as JobView has it
};

}  // namespace dgx::app
