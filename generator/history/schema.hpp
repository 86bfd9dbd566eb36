// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "generator/base/result.hpp"
#include "generator/history/sqlite.hpp"

// What the database consists of, version by version. docs/database.md describes every column.
namespace dgx::history {

/// "DGXm" in the file's header: tells our databases from those of other programs.
inline constexpr std::int64_t kApplicationId = 0x4447586D;

/// The version of the product's first database, which had no application_id yet.
inline constexpr int kOriginalVersion = 1;

/// The version that this program writes.
inline constexpr int kNewestVersion = 5;

/// The version of a database that is ours, 0 for one that holds nothing yet. Changes nothing.
/// kUnsupportedVersion where a newer program wrote it, kCorrupt where it is not ours or its tables
/// are not those of its version. Expects an open transaction.
Result<int> read_version(sqlite::Database& database);

/// Takes the database from whatever version it has to the newest, one transaction a version:
/// after a failure or a kill it has a whole version, the old one or one further.
Status migrate(sqlite::Database& database);

}  // namespace dgx::history
