// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "generator/base/result.hpp"

namespace dgx::app {

/// Asks on the terminal, and takes "y" or "yes" for agreement. `flag` is what agrees on a command
/// line. Failure: kCancelled for any other answer; kInvalidArgument, which names the flag, where
/// standard input or standard error is no terminal.
Status ask(const std::string& question, const std::string& flag);

}  // namespace dgx::app
