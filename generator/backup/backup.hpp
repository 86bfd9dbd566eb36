// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::backup {

/// Tells whoever waits how many takes are done: `step` is "copying", "verifying", ...
using Progress =
    std::function<void(const std::string& step, std::int64_t done, std::int64_t total)>;

struct BackupSummary {
  std::int64_t takes = 0;
  std::int64_t files = 0;  ///< WAVs, parts, MIDI files and receipts
  std::int64_t bytes = 0;  ///< Of these
  /// Files that are in the history and were not to be found, or are not what was made: a sentence
  /// each. They do not stop the backup of all others.
  std::vector<std::string> warnings{};
};

/// Puts the history as it stands now, and the files of every take in it, into one new tar file of
/// mode 0600. Jobs may run meanwhile and are not kept waiting; what they finish after the beginning
/// is not in the backup.
///
/// The file is written under a temporary name, made durable, read again and compared, and only then
/// gets its own name: kConflict where something has that name already. After a failure, and after
/// kCancelled, which comes soon after `stop`, nothing of it is left.
Result<BackupSummary> write_backup(const std::filesystem::path& history_file,
                                   const std::filesystem::path& target, const Progress& progress,
                                   const std::stop_token& stop);

}  // namespace dgx::backup
