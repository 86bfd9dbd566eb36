// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

// Reading takes. What the functions promise is written at HistoryStore.
namespace dgx::history {

/// Expects an open transaction, so that page and total belong to one state of the database.
Result<HistoryPage> read_page(sqlite::Database& database, const HistoryQuery& query);
Result<protocol::Take> find_take(sqlite::Database& database, const std::string& take_id);

Result<std::vector<protocol::Take>> takes_with_file(sqlite::Database& database,
                                                    const std::string& name);

}  // namespace dgx::history
