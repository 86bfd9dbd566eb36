// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "generator/backup/backup.hpp"
#include "generator/base/result.hpp"

namespace dgx::backup {

struct RestoreSummary {
  std::int64_t takes = 0;
  std::int64_t files = 0;
  std::int64_t moved = 0;  ///< Takes that lay elsewhere when the backup was made
  std::int64_t lost = 0;   ///< Takes whose WAV was lost before the backup was made
};

/// Puts a backup into a data folder that has no history: kConflict where there is one. Everything
/// is unpacked into a folder beside it and verified first: each hash, and the history page by page.
/// Then the files move to takes/, replacing none, and last the history. After a failure, and after
/// kCancelled, which comes soon after `stop`, the data folder is as it was.
///
/// Waits for the DataLock, and calls `on_wait` once if another process has it.
Result<RestoreSummary> restore_backup(const std::filesystem::path& backup,
                                      const std::filesystem::path& data_folder,
                                      const std::function<void()>& on_wait,
                                      const Progress& progress, const std::stop_token& stop);

}  // namespace dgx::backup
