// SPDX-License-Identifier: Apache-2.0
#include "tests/history/history_fixture.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "generator/base/ulid.hpp"

namespace dgx::test {

using history::HistoryStore;
using history::OpenMode;

// Written down by hand, and not by the migration under test, from the columns of the product's
// first database.
const char* const kVersion1Database = R"sql(
CREATE TABLE generations (id TEXT PRIMARY KEY NOT NULL, prompt TEXT NOT NULL,
  model_name TEXT NOT NULL, model_version TEXT, duration_seconds REAL NOT NULL,
  sample_rate INTEGER NOT NULL, channels INTEGER NOT NULL, file_path TEXT,
  file_size_bytes INTEGER, status TEXT NOT NULL, created_at TEXT NOT NULL, completed_at TEXT,
  generation_time_seconds REAL, error_message TEXT, metadata TEXT) STRICT;
CREATE INDEX generations_status ON generations (status);
CREATE INDEX generations_created_at ON generations (created_at DESC);
CREATE TABLE prompts (id INTEGER PRIMARY KEY, text TEXT NOT NULL, used_count INTEGER NOT NULL,
  first_used_at TEXT NOT NULL, last_used_at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX prompts_text ON prompts (text);
INSERT INTO generations VALUES
  ('7c9e6679-7425-40de-944b-e07fc1f90ae7', 'warm Rhodes, "dusty" drums', 'musicgen-small', '1.0',
   8.25, 32000, 2, '/takes/a.wav', 4096, 'completed', '2025-11-07T10:00:00.000Z',
   '2025-11-07T10:00:09.000Z', 9.5, NULL, '{"seed":7}'),
  ('01HF0000000000000000000001', '爵士鼓 と ベース', 'musicgen-small', NULL,
   16.0, 32000, 1, NULL, NULL, 'failed', '2025-11-08T10:00:00.000Z', NULL, NULL,
   'out of memory', NULL);
INSERT INTO prompts VALUES
  (1, 'warm Rhodes, "dusty" drums', 3, '2025-11-01T10:00:00.000Z', '2025-11-07T10:00:00.000Z'),
  (5, '爵士鼓 と ベース', 1, '2025-11-08T10:00:00.000Z', '2025-11-08T10:00:00.000Z');
PRAGMA user_version = 1;
)sql";

HistoryStore open_store(const std::filesystem::path& file, OpenMode mode) {
  auto store = HistoryStore::open(file, mode);
  REQUIRE_OK(store);
  return *std::move(store);
}

protocol::Job make_job(const std::string& prompt, int takes, const std::string& created_at) {
  protocol::Job job;
  job.id = new_ulid();
  job.request.prompt = prompt;
  job.request.seed = 42;
  job.request.variations = takes;
  job.created_at = created_at;
  for (int take = 0; take < takes; ++take) job.take_ids.push_back(new_ulid());
  return job;
}

history::CompletedTake make_completed(const std::string& take_id) {
  history::CompletedTake take;
  take.take_id = take_id;
  take.model_name = "sketch";
  take.model_version = "1";
  take.duration_seconds = 16.25;
  take.sample_rate = 48000;
  take.channels = 2;
  take.file_path = "/takes/" + take_id + ".wav";
  take.file_size_bytes = 4'680'044;
  take.generation_time_seconds = 0.75;
  take.receipt_json = R"({"take_id":")" + take_id + R"("})";
  return take;
}

protocol::Job add_completed_job(HistoryStore& store, const std::string& prompt, int takes,
                                const std::string& created_at) {
  protocol::Job job = make_job(prompt, takes, created_at);
  REQUIRE_OK(store.add_job(job));
  REQUIRE_OK(store.begin_job(job.id));
  for (const std::string& take : job.take_ids) {
    REQUIRE_OK(store.complete_take(make_completed(take)));
  }
  REQUIRE_OK(store.complete_job(job.id));
  return job;
}

std::string judge(const std::filesystem::path& file, const std::string& sql) {
  const std::filesystem::path script = file.string() + ".judge.sql";
  write_bytes(script, sql);
  const std::string command =
      "sqlite3 -batch '" + file.string() + "' 2>&1 < '" + script.string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0;
       (count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    answer.append(buffer.data(), count);
  }
  std::filesystem::remove(script);
  return answer;
}

std::string read_bytes(const std::filesystem::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

bool long_tests() {
  const char* value = std::getenv("DGX_TEST_LONG");
  return value != nullptr && std::string(value) == "1";
}

}  // namespace dgx::test
