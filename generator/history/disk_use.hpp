// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/sqlite.hpp"
#include "generator/protocol/disk_use.hpp"

// How many bytes takes have, and which of them nobody kept. Each function expects an open
// transaction; what they promise is written at HistoryStore.
namespace dgx::history {

Result<protocol::DiskUse> disk_use(sqlite::Database& database,
                                   const std::vector<std::string>& keep);
Result<std::vector<std::string>> rejects(sqlite::Database& database,
                                         const std::vector<std::string>& keep, int limit);

}  // namespace dgx::history
