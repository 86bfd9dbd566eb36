// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "generator/base/result.hpp"
#include "generator/history/sqlite.hpp"
#include "generator/protocol/api_messages.hpp"

// What a person changes in a take. Each function expects an open write transaction; what they
// promise is written at HistoryStore.
namespace dgx::history {

Status change_take(sqlite::Database& database, const std::string& take_id,
                   const protocol::TakePatch& patch);
Status trash_take(sqlite::Database& database, const std::string& take_id);
Status restore_take(sqlite::Database& database, const std::string& take_id);

}  // namespace dgx::history
