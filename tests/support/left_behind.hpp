// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "generator/base/unique_fd.hpp"

// A command may start a service that outlives it. Whoever runs commands takes such programs over
// from the system, knows them by a variable of their environment, and ends them by their id.
namespace dgx::test {

/// From now on what a child leaves behind becomes a child of this process.
inline void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/// Children of this process that have `assignment` ("NAME=value") in their environment.
inline std::vector<pid_t> children_with(const std::string& assignment) {
  std::vector<pid_t> found;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    for (pid_t pid = 0; children >> pid;) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
      const std::string environment{std::istreambuf_iterator<char>(file), {}};
      const auto at = ('\0' + environment).find('\0' + assignment + '\0');
      if (at != std::string::npos) found.push_back(pid);
    }
  }
  return found;
}

/// Tells those children to leave, and waits until they and what they leave behind have.
inline void end_children_with(const std::string& assignment) {
  constexpr int kPatienceMs = 20'000;
  for (auto pids = children_with(assignment); !pids.empty(); pids = children_with(assignment)) {
    for (const pid_t pid : pids) ::kill(pid, SIGTERM);
    for (const pid_t pid : pids) {
      const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      pollfd ended{process.get(), POLLIN, 0};
      if (::poll(&ended, 1, kPatienceMs) == 0) ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
}

}  // namespace dgx::test
