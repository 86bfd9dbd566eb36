// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/backup_manifest.hpp"

namespace dgx::backup {

/// One unpacked file and the name it gets among the takes of the data folder.
struct PlannedFile {
  std::string from{};
  std::string to{};
  bool is_there = false;  ///< The same file lies there already, and may stay
};

struct RestorePlan {
  std::vector<PlannedFile> files{};
  std::vector<history::MovedTake> moved{};  ///< Takes whose files lay elsewhere
};

/// Decides where every take of the unpacked `history` goes: all go to `takes`, also those that
/// lived elsewhere, such as in an Ardour session. No file there is replaced: a take whose names are
/// taken by others gets its whole id in front. Receipts of takes that move are written anew in
/// `unpacked`. kCorrupt where history and manifest do not speak of the same takes.
Result<RestorePlan> plan_restore(history::HistoryStore& history,
                                 const protocol::BackupManifest& manifest,
                                 const Directory& unpacked, const Directory& takes);

}  // namespace dgx::backup
