// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx::jobs {

/// Makes the folder (0700), durably, where it is not there.
Status make_data_folder(const std::filesystem::path& data_folder);

/// The right to run jobs on a data folder: one process at a time has it. The kernel gives it back
/// when the process ends, however it ends.
class DataLock {
 public:
  /// Waits for the lock; calls `on_wait` once if another process has it. kCancelled when `stop` is
  /// triggered meanwhile. Creates the folder (0700) if need be.
  static Result<DataLock> acquire(const std::filesystem::path& data_folder,
                                  const std::function<void()>& on_wait,
                                  const std::stop_token& stop);

  /// Waits no longer than `patience`; kConflict where another process has it still.
  static Result<DataLock> acquire_within(const std::filesystem::path& data_folder,
                                         std::chrono::milliseconds patience);

 private:
  explicit DataLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace dgx::jobs
