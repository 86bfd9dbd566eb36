// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"
#include "generator/protocol/insertion.hpp"

// Takes that are to be placed in Ardour. Each function expects an open transaction; what they
// promise is written at HistoryStore.
namespace dgx::history {

Result<protocol::InsertionView> add_insertion(sqlite::Database& database,
                                              const NewInsertion& insertion);
Result<protocol::InsertionView> find_insertion(sqlite::Database& database, const std::string& id);
Result<std::optional<protocol::InsertionView>> find_insertion_by_key(
    sqlite::Database& database, const protocol::InsertionRequest& request);
Result<std::vector<protocol::InsertionView>> open_insertions(sqlite::Database& database);
Status set_insertion_claimed(sqlite::Database& database, const std::string& id, bool claimed);
Status end_insertion(sqlite::Database& database, const std::string& id,
                     protocol::InsertionStatus status, const protocol::InsertionOutcome& outcome);

}  // namespace dgx::history
