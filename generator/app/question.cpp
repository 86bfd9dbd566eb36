// SPDX-License-Identifier: Apache-2.0
#include "generator/app/question.hpp"

#include <unistd.h>

#include <iostream>

#include "generator/app/terminal.hpp"

namespace dgx::app {

Status ask(const std::string& question, const std::string& flag) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "there is no terminal to ask on; say " + flag + " to agree to: " + question};
  }
  print_line(STDERR_FILENO, question + " [y/N]");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return ok();
  return Error{ErrorCode::kCancelled, "nothing was changed"};
}

}  // namespace dgx::app
