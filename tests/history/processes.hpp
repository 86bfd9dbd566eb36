// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>

#include "generator/base/unique_fd.hpp"

namespace dgx::test {

/// What a child process came to.
struct ChildEnd {
  int exit_status = -1;  ///< -1 where it was killed
  int signal = 0;
  std::string said{};  ///< All that it wrote to the descriptor it was given
};

/// Runs `work(descriptor)` in a child process, which exits with what it returns; waits for its
/// end. No Catch macros in there: a failure has to become an exit status.
ChildEnd in_child(const std::function<int(int)>& work);

/// Another process that holds the write lock of a database, for as long as this object lives.
class LockHolder {
 public:
  explicit LockHolder(const std::filesystem::path& file);
  ~LockHolder();
  LockHolder(const LockHolder&) = delete;
  LockHolder& operator=(const LockHolder&) = delete;

 private:
  pid_t child_ = -1;
  UniqueFd until_closed_{};
};

}  // namespace dgx::test
