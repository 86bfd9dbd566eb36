// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "generator/app/report.hpp"
#include "generator/app/transfer.hpp"

namespace dgx::app {
namespace {

/// The arguments as they came, the name of the program among them.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

int hand_over() {
  const std::filesystem::path path = transfer_program();
  std::vector<std::string> arguments = own_arguments();
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  return report_error(
      {ErrorCode::kMissingDependency, path.string() + " cannot be run (" + std::strerror(errno) +
                                          "): build or install dgx-music-transfer"},
      false);
}

}  // namespace

int run_backup(const std::string& /*file*/) {
  return hand_over();
}

int run_restore(const std::string& /*file*/) {
  return hand_over();
}

int run_pull(const PullArguments& /*arguments*/) {
  return hand_over();
}

}  // namespace dgx::app
