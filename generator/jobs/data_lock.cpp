// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "generator/base/directory.hpp"

namespace dgx::jobs {
namespace {

using namespace std::chrono_literals;

// flock(2) cannot be waited for together with a stop token; a look every 50 ms is soon enough for
// a person.
constexpr auto kLookInterval = 50ms;

namespace fs = std::filesystem;

Result<UniqueFd> open_lock_file(const fs::path& data_folder) {
  if (Status made = make_data_folder(data_folder); !made) return std::move(made).error();
  const auto path = data_folder / "lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid()) return error_from_errno(errno, "cannot open the lock " + path.string());
  return file;
}

/// True where the lock is ours now, false where another process has it.
Result<bool> try_lock(const UniqueFd& file, const fs::path& data_folder) {
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  return error_from_errno(errno, "cannot lock " + data_folder.string());
}

}  // namespace

// Folders that are new are made durable in theirs: the history speaks of files beneath them.
Status make_data_folder(const fs::path& data_folder) {
  std::error_code error;
  fs::path there = data_folder;
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  const bool created = fs::create_directories(data_folder, error);
  if (error) {
    return Error{ErrorCode::kIo,
                 "cannot create the data folder " + data_folder.string() + ": " + error.message()};
  }
  if (!created) return ok();
  ::chmod(data_folder.c_str(), 0700);
  for (fs::path made = data_folder; made != there; made = made.parent_path()) {
    const auto parent = Directory::open(made.parent_path());
    if (!parent) return parent.error();
    if (Status synced = parent->sync(); !synced) return synced;
  }
  return ok();
}

Result<DataLock> DataLock::acquire(const std::filesystem::path& data_folder,
                                   const std::function<void()>& on_wait,
                                   const std::stop_token& stop) {
  auto file = open_lock_file(data_folder);
  if (!file) return std::move(file).error();
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  bool told = false;
  for (;;) {
    const auto locked = try_lock(*file, data_folder);
    if (!locked) return locked.error();
    if (*locked) return DataLock(*std::move(file));
    if (!std::exchange(told, true)) on_wait();
    stopped.wait_for(lock, stop, kLookInterval, [] { return false; });
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled while waiting"};
  }
}

Result<DataLock> DataLock::acquire_within(const std::filesystem::path& data_folder,
                                          std::chrono::milliseconds patience) {
  auto file = open_lock_file(data_folder);
  if (!file) return std::move(file).error();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto locked = try_lock(*file, data_folder);
    if (!locked) return locked.error();
    if (*locked) return DataLock(*std::move(file));
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(patience, kLookInterval));
  }
  return Error{ErrorCode::kConflict,
               "another dgx-music already works on the data folder " + data_folder.string()};
}

}  // namespace dgx::jobs
