// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "generator/base/unique_fd.hpp"

namespace dgx::test {

/// tests/support/hub.py in a process of its own, for a scope: a model hub on this machine.
class Hub {
 public:
  Hub(const std::filesystem::path& folder, const std::string& mode,
      const std::filesystem::path& log)
      : log_(log) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe");
    }
    UniqueFd its_input(input[0]);
    UniqueFd its_output(output[1]);
    input_.reset(input[1]);
    const UniqueFd answers(output[0]);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(its_input.get(), STDIN_FILENO);
      ::dup2(its_output.get(), STDOUT_FILENO);
      ::execlp("python3", "python3", DGX_SOURCE_DIR "/tests/support/hub.py", folder.c_str(),
               mode.c_str(), log.c_str(), nullptr);
      ::_exit(127);
    }
    its_input.reset();
    its_output.reset();
    port_ = read_line(answers.get());
    if (port_.empty()) throw std::runtime_error("hub.py did not start");
  }
  ~Hub() {
    input_.reset();
    ::waitpid(child_, nullptr, 0);
  }
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_; }
  /// One line a request so far.
  [[nodiscard]] std::string requests() const {
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static std::string read_line(int fd) {
    std::string line;
    for (char character = 0; ::read(fd, &character, 1) == 1 && character != '\n';) {
      line += character;
    }
    return line;
  }

  std::filesystem::path log_;
  UniqueFd input_{};
  ::pid_t child_ = -1;
  std::string port_{};
};

}  // namespace dgx::test
