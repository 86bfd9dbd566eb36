// SPDX-License-Identifier: Apache-2.0
#include "generator/history/schema.hpp"

#include <array>
#include <string>

#include "generator/history/search.hpp"

namespace dgx::history {
namespace {

// The product's original schema.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE generations (
  id TEXT PRIMARY KEY NOT NULL,
  prompt TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model_version TEXT,
  duration_seconds REAL NOT NULL,
  sample_rate INTEGER NOT NULL,
  channels INTEGER NOT NULL,
  file_path TEXT,
  file_size_bytes INTEGER,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL,
  completed_at TEXT,
  generation_time_seconds REAL,
  error_message TEXT,
  metadata TEXT
) STRICT;
CREATE INDEX generations_status ON generations (status);
CREATE INDEX generations_created_at ON generations (created_at DESC);

CREATE TABLE prompts (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  used_count INTEGER NOT NULL,
  first_used_at TEXT NOT NULL,
  last_used_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX prompts_text ON prompts (text);
)sql";

// Jobs, events, favourites and search. `generations` is built anew for the sake of `number`: the
// search index refers to rows by number, and only a declared one survives VACUUM.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  request TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high')),
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  lease_until TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  completed_at TEXT,
  error_code TEXT,
  error_message TEXT,
  error_field TEXT
) STRICT;
CREATE INDEX jobs_state ON jobs (state);

CREATE TABLE generations_2 (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  job_id TEXT REFERENCES jobs (id),
  position INTEGER NOT NULL DEFAULT 0,
  prompt TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model_version TEXT,
  duration_seconds REAL NOT NULL,
  sample_rate INTEGER NOT NULL,
  channels INTEGER NOT NULL,
  file_path TEXT,
  file_size_bytes INTEGER,
  status TEXT NOT NULL
    CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
  created_at TEXT NOT NULL,
  completed_at TEXT,
  generation_time_seconds REAL,
  error_message TEXT,
  metadata TEXT
) STRICT;
INSERT INTO generations_2 (id, prompt, model_name, model_version, duration_seconds, sample_rate,
    channels, file_path, file_size_bytes, status, created_at, completed_at,
    generation_time_seconds, error_message, metadata)
  SELECT id, prompt, model_name, model_version, duration_seconds, sample_rate, channels,
    file_path, file_size_bytes, status, created_at, completed_at, generation_time_seconds,
    error_message, metadata
  FROM generations ORDER BY created_at, id;
DROP TABLE generations;
ALTER TABLE generations_2 RENAME TO generations;
CREATE INDEX generations_status ON generations (status, created_at DESC, id DESC);
CREATE INDEX generations_created_at ON generations (created_at DESC, id DESC);
CREATE INDEX generations_favourite ON generations (favourite, created_at DESC, id DESC, status)
  WHERE favourite = 1;
CREATE UNIQUE INDEX generations_job ON generations (job_id, position) WHERE job_id IS NOT NULL;
CREATE INDEX generations_id_end ON generations (upper(substr(id, -4)));

CREATE UNIQUE INDEX IF NOT EXISTS prompts_text ON prompts (text);
CREATE INDEX prompts_used ON prompts (used_count DESC, last_used_at DESC);

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  take_id TEXT,
  kind TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX events_job ON events (job_id);

CREATE VIRTUAL TABLE generations_fts USING fts5 (
  prompt, content = '', tokenize = 'unicode61 remove_diacritics 2'
);
)sql";

// The queue of a service: turns, leases, idempotency, timings; names and the trash. What lies in
// the trash is in none of the indices that pages are read from but its own.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE jobs DROP COLUMN lease_until;
ALTER TABLE jobs ADD COLUMN token INTEGER NOT NULL DEFAULT 0 CHECK (token >= 0);
ALTER TABLE jobs ADD COLUMN boot_id TEXT;
ALTER TABLE jobs ADD COLUMN lease_until_ms INTEGER;
ALTER TABLE jobs ADD COLUMN not_before_ms INTEGER;
ALTER TABLE jobs ADD COLUMN idempotency_key TEXT;
ALTER TABLE jobs ADD COLUMN asked TEXT;
ALTER TABLE jobs ADD COLUMN embed_receipt INTEGER NOT NULL DEFAULT 1
  CHECK (embed_receipt IN (0, 1));
CREATE UNIQUE INDEX jobs_idempotency_key ON jobs (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

ALTER TABLE generations ADD COLUMN name TEXT;
ALTER TABLE generations ADD COLUMN trashed_at TEXT;
DROP INDEX generations_status;
DROP INDEX generations_created_at;
DROP INDEX generations_favourite;
CREATE INDEX generations_status ON generations (status, created_at DESC, id DESC, trashed_at)
  WHERE trashed_at IS NULL;
CREATE INDEX generations_created_at ON generations (created_at DESC, id DESC, trashed_at)
  WHERE trashed_at IS NULL;
CREATE INDEX generations_favourite
  ON generations (favourite, created_at DESC, id DESC, status, trashed_at)
  WHERE favourite = 1 AND trashed_at IS NULL;
CREATE INDEX generations_trash ON generations (created_at DESC, id DESC, trashed_at)
  WHERE trashed_at IS NOT NULL;

CREATE TABLE timings (
  model TEXT NOT NULL,
  phase TEXT NOT NULL,
  seconds REAL NOT NULL,
  measurements INTEGER NOT NULL,
  PRIMARY KEY (model, phase)
) STRICT;
)sql";

// Placing takes in Ardour. `events` is built anew, because an insertion's events have no job.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE insertions (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  take_id TEXT NOT NULL REFERENCES generations (id),
  session TEXT NOT NULL,
  track TEXT NOT NULL,
  place TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'done', 'failed', 'cancelled')),
  idempotency_key TEXT,
  asked TEXT,
  created_at TEXT NOT NULL,
  ended_at TEXT,
  message TEXT,
  region TEXT,
  placed_track TEXT,
  sample INTEGER,
  length INTEGER
) STRICT;
CREATE INDEX insertions_open ON insertions (number) WHERE state IN ('waiting', 'claimed');
CREATE INDEX insertions_take ON insertions (take_id);
CREATE UNIQUE INDEX insertions_idempotency_key ON insertions (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE events_2 (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT REFERENCES jobs (id),
  take_id TEXT,
  insertion_id TEXT REFERENCES insertions (id),
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  CHECK (job_id IS NOT NULL OR insertion_id IS NOT NULL)
) STRICT;
INSERT INTO events_2 (sequence, job_id, take_id, kind, at)
  SELECT sequence, job_id, take_id, kind, at FROM events ORDER BY sequence;
DROP TABLE events;
ALTER TABLE events_2 RENAME TO events;
CREATE INDEX events_job ON events (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX events_insertion ON events (insertion_id) WHERE insertion_id IS NOT NULL;
)sql";

// What takes use of the disk, summed without reading their rows.
constexpr const char* kVersion5 = R"sql(
CREATE INDEX generations_bytes ON generations (favourite, id, file_size_bytes, status, trashed_at)
  WHERE status = 'completed' AND trashed_at IS NULL;
)sql";

struct Migration {
  int version;
  const char* sql;
  Status (*fill)(sqlite::Database&);  ///< What SQL alone cannot do; null where there is nothing
};

constexpr std::array<Migration, kNewestVersion> kMigrations = {{
    {1, kVersion1, nullptr},
    {2, kVersion2, index_all_prompts},
    {3, kVersion3, nullptr},
    {4, kVersion4, nullptr},
    {5, kVersion5, nullptr},
}};

// Tables and columns of a version, sorted, as kShapeQuery reads them. Tables of ours that are
// missing or different mean that the file is not ours; tables that somebody added are theirs.
struct Shape {
  int version;
  const char* generations;
  const char* prompts;
  const char* jobs;
  const char* events;
  const char* generations_fts;
  const char* timings;
  const char* insertions;
};

constexpr const char* kTakeColumns =
    "channels,completed_at,created_at,duration_seconds,error_message,favourite,file_path,"
    "file_size_bytes,generation_time_seconds,id,job_id,metadata,model_name,model_version,name,"
    "number,position,prompt,sample_rate,status,trashed_at";
constexpr const char* kJobColumns =
    "asked,attempt,boot_id,completed_at,created_at,embed_receipt,error_code,error_field,"
    "error_message,id,idempotency_key,lease_until_ms,not_before_ms,number,priority,request,"
    "started_at,state,token";
constexpr const char* kEventColumns = "at,insertion_id,job_id,kind,sequence,take_id";
constexpr const char* kInsertionColumns =
    "asked,created_at,ended_at,id,idempotency_key,length,message,number,place,placed_track,region,"
    "sample,session,state,take_id,track";
constexpr const char* kTimingColumns = "measurements,model,phase,seconds";
constexpr const char* kPromptColumns = "first_used_at,id,last_used_at,text,used_count";
constexpr std::array<Shape, kNewestVersion> kShapes = {{
    {1,
     "channels,completed_at,created_at,duration_seconds,error_message,file_path,file_size_bytes,"
     "generation_time_seconds,id,metadata,model_name,model_version,prompt,sample_rate,status",
     kPromptColumns, "", "", "", "", ""},
    {2,
     "channels,completed_at,created_at,duration_seconds,error_message,favourite,file_path,"
     "file_size_bytes,generation_time_seconds,id,job_id,metadata,model_name,model_version,number,"
     "position,prompt,sample_rate,status",
     kPromptColumns,
     "attempt,completed_at,created_at,error_code,error_field,error_message,id,lease_until,number,"
     "priority,request,started_at,state",
     "at,job_id,kind,sequence,take_id", "prompt", "", ""},
    {3, kTakeColumns, kPromptColumns, kJobColumns, "at,job_id,kind,sequence,take_id", "prompt",
     kTimingColumns, ""},
    {4, kTakeColumns, kPromptColumns, kJobColumns, kEventColumns, "prompt", kTimingColumns,
     kInsertionColumns},
    {5, kTakeColumns, kPromptColumns, kJobColumns, kEventColumns, "prompt", kTimingColumns,
     kInsertionColumns},
}};

Result<std::string> columns_of(sqlite::Database& database, const char* table) {
  auto columns = database.statement(
      "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(?1) ORDER BY name)");
  if (!columns) return columns.error();
  columns->bind(table);
  const Result<bool> row = columns->step();
  if (!row) return row.error();
  return columns->text(0);
}

Result<bool> has_shape(sqlite::Database& database, const Shape& shape) {
  const std::array<std::pair<const char*, const char*>, 7> expected = {{
      {"generations", shape.generations},
      {"prompts", shape.prompts},
      {"jobs", shape.jobs},
      {"events", shape.events},
      {"generations_fts", shape.generations_fts},
      {"timings", shape.timings},
      {"insertions", shape.insertions},
  }};
  for (const auto& [table, columns] : expected) {
    const Result<std::string> found = columns_of(database, table);
    if (!found) return found.error();
    if (*found != columns) return false;
  }
  return true;
}

Error newer(const sqlite::Database& database, std::int64_t version) {
  return {ErrorCode::kUnsupportedVersion,
          "the history database " + database.file().string() + " has version " +
              std::to_string(version) + ", and this program knows versions up to " +
              std::to_string(kNewestVersion) +
              "; it was left as it is, use the newer dgx-music that wrote it"};
}

// A file without an application_id: a new one, or one from before there was an id.
Result<int> read_version_without_id(sqlite::Database& database, std::int64_t user_version) {
  const auto objects = database.number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return objects.error();
  if (*objects == 0 && user_version == 0) return 0;
  if (user_version <= kOriginalVersion) {
    const Result<bool> original = has_shape(database, kShapes.front());
    if (!original) return original.error();
    if (*original) return kOriginalVersion;
  }
  return sqlite::damaged(database.file(), "it is a database of another program");
}

Status apply(sqlite::Database& database, const Migration& migration) {
  if (Status done = database.execute(migration.sql); !done) return done;
  if (migration.fill != nullptr) {
    if (Status done = migration.fill(database); !done) return done;
  }
  const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(migration.version);
  return database.execute(stamp.c_str());
}

// The data does not fit the next version (a constraint fails, a table of that name is there): the
// database is not what its version says.
Error misfit(const sqlite::Database& database, const Migration& migration, const Error& cause) {
  if (cause.code != ErrorCode::kConflict && cause.code != ErrorCode::kCorrupt) return cause;
  return sqlite::damaged(database.file(), "it cannot be brought to version " +
                                              std::to_string(migration.version) + ": " +
                                              database.last_message());
}

}  // namespace

Result<int> read_version(sqlite::Database& database) {
  const auto application_id = database.number("PRAGMA application_id");
  if (!application_id) return application_id.error();
  const auto user_version = database.number("PRAGMA user_version");
  if (!user_version) return user_version.error();
  if (*application_id == 0) return read_version_without_id(database, *user_version);
  if (*application_id != kApplicationId) {
    return sqlite::damaged(database.file(), "it is a database of another program");
  }
  if (*user_version > kNewestVersion) return newer(database, *user_version);
  if (*user_version < 1) {
    return sqlite::damaged(database.file(), "its version is " + std::to_string(*user_version));
  }
  const auto version = static_cast<std::size_t>(*user_version);
  const Result<bool> fits = has_shape(database, kShapes[version - 1]);
  if (!fits) return fits.error();
  if (!*fits) {
    return sqlite::damaged(database.file(),
                           "its tables are not those of version " + std::to_string(*user_version));
  }
  return static_cast<int>(*user_version);
}

Status migrate(sqlite::Database& database) {
  for (const Migration& migration : kMigrations) {
    auto transaction = sqlite::Transaction::begin(database, sqlite::Transaction::Kind::kWrite);
    if (!transaction) return transaction.error();
    // Read under the lock: another process may have been faster.
    const Result<int> version = read_version(database);
    if (!version) return version.error();
    if (*version >= migration.version) continue;
    if (Status done = apply(database, migration); !done) {
      return misfit(database, migration, done.error());
    }
    if (Status done = transaction->commit(); !done) return done;
  }
  return ok();
}

}  // namespace dgx::history
