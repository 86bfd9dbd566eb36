// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

// Copying a history, and moving its takes to other places. What the functions promise is written
// at HistoryStore.
namespace dgx::history {

Status copy_database(sqlite::Database& database, const std::filesystem::path& file,
                     std::chrono::milliseconds waits);

/// Expect an open transaction.
Status visit_published_takes(sqlite::Database& database,
                             const std::function<Status(const protocol::Take&)>& visit);
Status move_takes(sqlite::Database& database, const std::vector<MovedTake>& takes);

}  // namespace dgx::history
