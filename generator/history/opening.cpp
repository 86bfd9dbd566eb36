// SPDX-License-Identifier: Apache-2.0
#include "generator/history/opening.hpp"

#include <string>
#include <utility>

#include "generator/history/file_facts.hpp"
#include "generator/history/schema.hpp"

namespace dgx::history {
namespace {

namespace fs = std::filesystem;
using sqlite::Database;

// cell_size_check finds a damaged page before its content is believed. The cache holds the indices
// of some 100,000 takes.
constexpr const char* kSettings = R"sql(
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA foreign_keys = ON;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -32768;
)sql";

struct Opening {
  fs::path file;
  OpenMode mode;
  std::chrono::milliseconds waits;
};

// In one snapshot: another process may be upgrading the database right now.
Result<int> version_of(Database& database) {
  auto transaction = sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kRead);
  if (!transaction) return transaction.error();
  const Result<int> version = read_version(database);
  if (!version) return version;
  if (Status done = transaction->commit(); !done) return done.error();
  return version;
}

Status check_pages(Database& database) {
  auto findings = database.statement("PRAGMA quick_check(1)");
  if (!findings) return findings.error();
  const Result<bool> row = findings->step();
  if (!row) return row.error();
  const std::string finding = findings->text(0);
  if (finding == "ok") return ok();
  return sqlite::damaged(database.file(), finding);
}

Error no_history(const fs::path& file) {
  return {ErrorCode::kNotFound, "there is no history yet in " + file.string()};
}

Error older(const fs::path& file, int version) {
  return {ErrorCode::kConflict, "the history database " + file.string() + " has version " +
                                    std::to_string(version) + ", and reading needs version " +
                                    std::to_string(kNewestVersion) +
                                    "; the next 'dgx-music generate' brings it there"};
}

// What is examined before the file may be used. Only who is going to write reads every page first:
// a reader does no harm, meets damage where it is, and need not wait for the rest.
Status examine(Database& database, OpenMode mode) {
  const Result<int> version = version_of(database);
  if (!version) return version.error();
  if (mode == OpenMode::kReadWrite) return check_pages(database);
  if (*version == 0) return no_history(database.file());
  if (*version < kNewestVersion) return older(database.file(), *version);
  return ok();
}

Result<Database> open_with_settings(const Opening& opening, Database::Access access) {
  Result<Database> database = Database::open(opening.file, access, opening.waits);
  if (!database) return database;
  if (Status done = database->execute(kSettings); !done) return done.error();
  return database;
}

Status examine_header(const Opening& opening, const FileFacts& facts) {
  // An interrupted writer left a journal, and only SQLite knows what it makes of the file.
  if (facts.journal_size > 0) return ok();
  Result<Database> database =
      Database::open(opening.file, Database::Access::kImmutable, opening.waits);
  if (!database) return database.error();
  const Result<std::string> header = database->first_bytes(kHeaderBytes);
  if (!header) return header.error();
  return check_header(opening.file, facts, *header);
}

// A file at rest is examined without locks, for those would leave -wal and -shm files beside a
// database that is then refused.
Result<Database> examine_at_rest(const Opening& opening) {
  Result<Database> database = open_with_settings(opening, Database::Access::kImmutable);
  if (!database) return database;
  if (Status fine = examine(*database, opening.mode); !fine) return fine.error();
  return database;
}

// WAL lets readers go on while somebody writes. Some file systems cannot do it; without it a
// commit would not be durable under synchronous = FULL, as the removal of its journal is not.
Status switch_to_log(Database& database) {
  auto mode = database.statement("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  const Result<bool> row = mode->step();
  if (!row) return row.error();
  if (mode->text(0) == "wal") return ok();
  return Error{ErrorCode::kIo, "the file system of " + database.file().string() +
                                   " has no shared memory files, which the history needs"};
}

Status wait_for_writers(Database& database) {
  auto transaction = sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kWrite);
  if (!transaction) return transaction.error();
  return transaction->commit();
}

// Where several processes create the history at once, SQLite gives up at once, for here each might
// wait for the other. A write lock is something that it does wait for, and as soon as one process
// has come through, there is nothing left to do for the rest.
Status use_log(Database& database) {
  constexpr int kTries = 10;
  Status done = switch_to_log(database);
  for (int tries = 1; tries < kTries && !done; ++tries) {
    if (done.error().code != ErrorCode::kUnavailable) return done;
    if (Status waited = wait_for_writers(database); !waited) return waited;
    done = switch_to_log(database);
  }
  return done;
}

Status bring_up_to_date(Database& database) {
  const Result<int> version = version_of(database);
  if (!version) return version.error();
  if (*version < kNewestVersion) {
    if (Status done = migrate(database); !done) return done;
  }
  if (Status done = use_log(database); !done) return done;
  return *version < kNewestVersion ? sync_folder_of(database.file()) : ok();
}

Result<Database> open_to_write(const Opening& opening, bool examined) {
  Result<Database> database = open_with_settings(opening, Database::Access::kReadWrite);
  if (!database) return database;
  database->set_checkpoint_on_close(false);
  if (!examined) {
    if (Status fine = examine(*database, opening.mode); !fine) return fine.error();
  }
  database->set_checkpoint_on_close(true);
  if (Status done = bring_up_to_date(*database); !done) return done.error();
  return database;
}

Result<Database> open_to_read(const Opening& opening) {
  Result<Database> database = open_with_settings(opening, Database::Access::kReadOnly);
  if (!database) return database;
  if (Status fine = examine(*database, opening.mode); !fine) return fine.error();
  return database;
}

Result<Database> open_existing(const Opening& opening, const FileFacts& facts) {
  bool examined = false;
  const Status header = examine_header(opening, facts);
  if (facts.is_at_rest()) {
    Result<Database> frozen = header ? examine_at_rest(opening) : header.error();
    const Result<FileFacts> now = look_at(opening.file);
    if (!now) return now.error();
    // Where another process wrote meanwhile, what was seen is worth nothing, good or bad.
    examined = *now == facts;
    if (examined && !frozen) return frozen;
    const bool may_lock = facts.folder_writable;
    if (examined && opening.mode == OpenMode::kReadOnly && !may_lock) return frozen;
  } else if (!header) {
    return header.error();
  }
  if (opening.mode == OpenMode::kReadOnly) return open_to_read(opening);
  return open_to_write(opening, examined);
}

Result<Database> create(const Opening& opening) {
  if (opening.mode == OpenMode::kReadOnly) return no_history(opening.file);
  if (Status done = create_private_file(opening.file); !done) return done.error();
  return open_to_write(opening, false);
}

}  // namespace

Result<Database> open_database(const fs::path& file, OpenMode mode,
                               std::chrono::milliseconds waits) {
  const Result<FileFacts> facts = look_at(file);
  if (!facts) return facts.error();
  const Opening opening{file, mode, waits};
  return facts->size == 0 ? create(opening) : open_existing(opening, *facts);
}

}  // namespace dgx::history
