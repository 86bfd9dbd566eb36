// SPDX-License-Identifier: Apache-2.0
#include "tests/history/history_fixture.hpp"

namespace fs = std::filesystem;
using dgx::ErrorCode;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::test::judge;
using dgx::test::kVersion1Database;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

constexpr const char* kOriginalRows =
    "SELECT id, prompt, model_name, model_version, duration_seconds, sample_rate, channels,"
    " file_path, file_size_bytes, status, created_at, completed_at, generation_time_seconds,"
    " error_message, metadata FROM generations ORDER BY id;"
    "SELECT * FROM prompts ORDER BY id;";

}  // namespace

TEST_CASE("A database of the original product keeps every value when it is upgraded", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  judge(file, kVersion1Database);
  SECTION("as it was, without an application_id") {}
  SECTION("without a version") {
    judge(file, "PRAGMA user_version = 0");
  }
  SECTION("already in WAL mode") {
    judge(file, "PRAGMA journal_mode = WAL");
  }
  SECTION("with the id that later programs give it") {
    judge(file, "PRAGMA application_id = 1145526381");
  }
  const std::string before = judge(file, kOriginalRows);
  REQUIRE(before.size() > 200);
  {
    HistoryStore store = open_store(file);
    REQUIRE_OK(store.check_integrity());
    const auto page = store.page({});
    REQUIRE_OK(page);
    REQUIRE(page->total == 2);
    CHECK(page->takes[0].id == "01HF0000000000000000000001");
    CHECK(page->takes[0].error_message == "out of memory");
    const auto& take = page->takes[1];
    CHECK(take.prompt == "warm Rhodes, \"dusty\" drums");
    CHECK(take.duration_seconds == 8.25);
    CHECK(take.receipt_json == "{\"seed\":7}");
    CHECK(take.job_id.empty());
    CHECK_FALSE(take.favourite);
    CHECK(store.page({.text = "rhodes"})->total == 1);
    CHECK(store.page({.text = "鼓"})->total == 1);
    CHECK(store.find_take("0AE7")->id == take.id);
    CHECK(store.most_used_prompts(1)->at(0).used_count == 3);
    REQUIRE_OK(store.set_favourite(take.id, true));
    REQUIRE_OK(store.add_job(dgx::test::make_job("warm Rhodes, \"dusty\" drums")));
    CHECK(store.most_used_prompts(1)->at(0).used_count == 4);
  }
  judge(file,
        "DELETE FROM events; DELETE FROM generations WHERE job_id IS NOT NULL;"
        "UPDATE prompts SET used_count = 3, last_used_at = '2025-11-07T10:00:00.000Z'"
        " WHERE id = 1;");
  CHECK(judge(file, kOriginalRows) == before);
  CHECK(judge(file, "PRAGMA user_version; PRAGMA journal_mode; PRAGMA integrity_check") ==
        "5\nwal\nok\n");
}

TEST_CASE("A reader refuses an older database and names what upgrades it", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  judge(file, kVersion1Database);
  const std::string before = dgx::test::read_bytes(file);
  const auto store = HistoryStore::open(file, OpenMode::kReadOnly);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kConflict);
  CHECK(store.error().message.find("version 1") != std::string::npos);
  CHECK(store.error().message.find("dgx-music generate") != std::string::npos);
  CHECK(dgx::test::read_bytes(file) == before);
}

TEST_CASE("An original database that does not fit the next version is refused as it is",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  judge(file, kVersion1Database);
  std::string reason;
  SECTION("a status nobody knows") {
    judge(file, "UPDATE generations SET status = 'odd'");
    reason = "CHECK constraint failed: status IN";
  }
  SECTION("a table in the way") {
    judge(file, "CREATE TABLE generations_2 (x)");
    reason = "table generations_2 already exists";
  }
  const std::string before = judge(file, ".dump");
  const auto store = HistoryStore::open(file, OpenMode::kReadWrite);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kCorrupt);
  CHECK(store.error().message.find("version 2: " + reason) != std::string::npos);
  CHECK(judge(file, ".dump") == before);
  CHECK(judge(file, "PRAGMA user_version; PRAGMA application_id") == "1\n0\n");
}

TEST_CASE("Rows keep their search and their order through VACUUM", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  {
    HistoryStore store = open_store(file);
    for (const char* prompt : {"organ", "piano", "guitar"}) {
      dgx::test::add_completed_job(store, prompt);
    }
  }
  judge(file, "DELETE FROM events; DELETE FROM generations WHERE prompt = 'organ'; VACUUM;");
  HistoryStore store = open_store(file);
  CHECK(store.page({.text = "guitar"})->takes.at(0).prompt == "guitar");
  CHECK(store.page({.text = "piano"})->takes.at(0).prompt == "piano");
}
