// SPDX-License-Identifier: Apache-2.0
#include "generator/history/whole_history.hpp"

#include "generator/history/file_facts.hpp"

namespace dgx::history {
namespace {

namespace fs = std::filesystem;
using sqlite::Database;

// The copy is one file with nothing beside it, whatever the log of the original holds.
Status leave_log_mode(Database& copy) {
  auto mode = copy.statement("PRAGMA journal_mode = DELETE");
  if (!mode) return mode.error();
  const Result<bool> row = mode->step();
  if (!row) return row.error();
  if (mode->text(0) == "delete") return ok();
  return Error{ErrorCode::kIo, copy.file().string() + " cannot be made a file by itself"};
}

Status copy_pages(Database& database, Database& copy) {
  // One snapshot for the whole copy. With a log a reader keeps no writer waiting, and the copy
  // need not begin again whenever somebody writes.
  auto snapshot = sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kRead);
  if (!snapshot) return snapshot.error();
  if (const auto read = database.number("SELECT count(*) FROM sqlite_schema"); !read) {
    return read.error();
  }
  return database.copy_to(copy);
}

}  // namespace

Status copy_database(Database& database, const fs::path& file, std::chrono::milliseconds waits) {
  if (Status created = create_private_file(file); !created) return created;
  auto copy = Database::open(file, Database::Access::kReadWrite, waits);
  if (!copy) return copy.error();
  if (Status copied = copy_pages(database, *copy); !copied) return copied;
  return leave_log_mode(*copy);
}

Status visit_published_takes(Database& database,
                             const std::function<Status(const protocol::Take&)>& visit) {
  auto rows = database.statement(
      "SELECT id, file_path, metadata FROM generations WHERE file_path IS NOT NULL "
      "ORDER BY number");
  if (!rows) return rows.error();
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return ok();
    protocol::Take take;
    take.id = rows->text(0);
    take.file_path = rows->text(1);
    take.receipt_json = rows->text(2);
    if (Status visited = visit(take); !visited) return visited;
  }
}

Status move_takes(Database& database, const std::vector<MovedTake>& takes) {
  for (const MovedTake& take : takes) {
    const Status changed = database.run(
        "UPDATE generations SET file_path = ?2, metadata = ?3 WHERE id = ?1 AND file_path NOT NULL",
        take.take_id, take.file_path, take.receipt_json);
    if (!changed) return changed;
    if (database.changes() == 1) continue;
    return Error{ErrorCode::kNotFound, "there is no published take " + take.take_id};
  }
  return ok();
}

}  // namespace dgx::history
