// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "generator/base/philox.hpp"

namespace dgx::test {

/// One thing that SQLite asked of the disk, or a mark of the test's own.
struct DiskOperation {
  enum class Kind { kCreate, kDelete, kWrite, kTruncate, kSync, kSyncFolder, kMark };
  Kind kind{};
  std::string path{};
  std::int64_t offset = 0;  ///< Of a write; the new size of a truncation; the number of a mark
  std::string data{};
};

/// Stands between SQLite and the disk for as long as it lives, as the default VFS of the process.
/// Everything reaches the real files at once, but for fsync, which is only written down: that is
/// what a disk with a cache does. From what is written down, power_cut() makes what a machine might
/// find on its disk had it lost power at that moment.
///
/// Threads: one at a time, and one object at a time in a process.
class TornVfs {
 public:
  TornVfs();
  ~TornVfs();
  TornVfs(const TornVfs&) = delete;
  TornVfs& operator=(const TornVfs&) = delete;

  /// From now on: what was there before counts as safely on the disk.
  void start_recording(const std::filesystem::path& folder);
  void mark(std::int64_t number);
  [[nodiscard]] const std::vector<DiskOperation>& operations() const { return operations_; }

  /// Writes into the empty `folder` what the recorded folder may look like if power fails just
  /// before operation `count`: what was synced is there; of everything later each write may be
  /// there, be missing, or be there in some of its sectors; each file's creation or removal may
  /// have happened or not.
  void power_cut(std::size_t count, RandomStream& random,
                 const std::filesystem::path& folder) const;

  /// Called before each operation that changes the disk, recorded or not.
  void before_each(std::function<void()> action) { action_ = std::move(action); }

  /// What the VFS itself calls.
  void note(DiskOperation operation);

 private:
  std::filesystem::path folder_{};
  std::map<std::string, std::string> at_start_{};  ///< Path -> content
  std::vector<DiskOperation> operations_{};
  std::function<void()> action_{};
};

}  // namespace dgx::test
