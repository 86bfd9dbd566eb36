// SPDX-License-Identifier: Apache-2.0
#include "generator/history/disk_use.hpp"

#include <algorithm>
#include <set>

namespace dgx::history {
namespace {

using sqlite::Database;

// The index holds all that is asked for, so that 100,000 takes are counted without their rows.
constexpr const char* kFinished =
    " FROM generations INDEXED BY generations_bytes"
    " WHERE status = 'completed' AND trashed_at IS NULL";
constexpr const char* kNotPlaced =
    " AND NOT EXISTS (SELECT 1 FROM insertions WHERE take_id = generations.id"
    " AND state IN ('waiting', 'claimed', 'done'))";
// Few takes are ever placed, so these are looked up, and not each take among them.
constexpr const char* kPlaced =
    " FROM (SELECT DISTINCT take_id FROM insertions WHERE state IN ('waiting', 'claimed', 'done'))"
    " CROSS JOIN generations INDEXED BY generations_bytes ON id = take_id"
    " WHERE favourite = 0 AND status = 'completed' AND trashed_at IS NULL";

struct Sum {
  std::int64_t takes = 0;
  std::int64_t bytes = 0;
};

template <typename... Values>
Result<Sum> sum(Database& database, const std::string& of, const Values&... values) {
  auto rows = database.statement("SELECT count(*), coalesce(sum(file_size_bytes), 0)" + of);
  if (!rows) return rows.error();
  rows->bind(values...);
  const Result<bool> row = rows->step();
  if (!row) return row.error();
  return Sum{rows->integer(0), rows->integer(1)};
}

}  // namespace

Result<protocol::DiskUse> disk_use(Database& database, const std::vector<std::string>& keep) {
  const std::string finished = kFinished;
  const auto favourites = sum(database, finished + " AND favourite = 1");
  if (!favourites) return favourites.error();
  const auto others = sum(database, finished + " AND favourite = 0");
  if (!others) return others.error();
  protocol::DiskUse use;
  use.takes = favourites->takes + others->takes;
  use.bytes = favourites->bytes + others->bytes;
  const auto placed = sum(database, kPlaced);
  if (!placed) return placed.error();
  use.rejects = others->takes - placed->takes;
  use.reject_bytes = others->bytes - placed->bytes;
  for (const std::string& id : std::set<std::string>(keep.begin(), keep.end())) {
    const auto held = sum(database, finished + " AND favourite = 0 AND id = ?1" + kNotPlaced, id);
    if (!held) return held.error();
    use.rejects -= held->takes;
    use.reject_bytes -= held->bytes;
  }
  return use;
}

Result<std::vector<std::string>> rejects(Database& database, const std::vector<std::string>& keep,
                                         int limit) {
  auto rows = database.statement(std::string("SELECT id") + kFinished + " AND favourite = 0" +
                                 kNotPlaced + " ORDER BY id");
  if (!rows) return rows.error();
  std::vector<std::string> ids;
  while (ids.size() < static_cast<std::size_t>(limit)) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    std::string id = rows->text(0);
    if (std::find(keep.begin(), keep.end(), id) == keep.end()) ids.push_back(std::move(id));
  }
  return ids;
}

}  // namespace dgx::history
