// SPDX-License-Identifier: Apache-2.0
#include "generator/base/ulid.hpp"
#include "tests/history/history_fixture.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;
using dgx::history::HistoryStore;
using dgx::history::NewInsertion;
using dgx::test::judge;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

NewInsertion new_insertion(const std::string& take_id, const std::string& track = "new") {
  return {dgx::new_ulid(), take_id, "/music/song", {take_id, {}, track, "bar:3", {}}};
}

}  // namespace

TEST_CASE("An insertion is kept with what was asked for and what became of it", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const std::string take = dgx::test::add_completed_job(store, "rain").take_ids[0];
  const auto insertion = new_insertion(take, "Gïtarre \"1\"");
  const auto added = store.add_insertion(insertion);
  REQUIRE_OK(added);
  CHECK(added->track == "Gïtarre \"1\"");
  CHECK(added->at == "bar:3");
  CHECK(added->session == "/music/song");
  CHECK(store.open_insertions()->size() == 1);
  REQUIRE_OK(store.set_insertion_claimed(insertion.id, true));
  CHECK(store.find_insertion(insertion.id)->status == InsertionStatus::kClaimed);
  REQUIRE_OK(store.set_insertion_claimed(insertion.id, false));
  REQUIRE_OK(store.set_insertion_claimed(insertion.id, true));
  REQUIRE_OK(store.end_insertion(insertion.id, InsertionStatus::kDone,
                                 {insertion.id, {}, "rain", "Audio 1", 96'000, 48'000}));
  CHECK(store.open_insertions()->empty());
  store = open_store(temp / "history.db");
  const auto done = store.find_insertion(insertion.id);
  REQUIRE_OK(done);
  CHECK(done->status == InsertionStatus::kDone);
  CHECK(done->placed_track == "Audio 1");
  CHECK(done->sample == 96'000);
  CHECK(store.find_insertion("nothing").error().code == ErrorCode::kNotFound);
}

TEST_CASE("An insertion that has ended stays as it ended", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const std::string take = dgx::test::add_completed_job(store, "rain").take_ids[0];
  const auto insertion = new_insertion(take);
  REQUIRE_OK(store.add_insertion(insertion));
  REQUIRE_OK(store.end_insertion(insertion.id, InsertionStatus::kFailed,
                                 {insertion.id, "no track", {}, {}, {}, {}}));
  REQUIRE_OK(store.set_insertion_claimed(insertion.id, true));
  const auto late = store.end_insertion(insertion.id, InsertionStatus::kDone, {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::kConflict);
  CHECK(store.find_insertion(insertion.id)->message == "no track");
  CHECK_FALSE(store.find_insertion(insertion.id)->sample.has_value());
}

TEST_CASE("Events of insertions stand among the others, and belong to no job", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const auto job = dgx::test::add_completed_job(store, "rain");
  const auto before = store.event_range();
  REQUIRE_OK(before);
  const auto insertion = new_insertion(job.take_ids[0]);
  REQUIRE_OK(store.add_insertion(insertion));
  REQUIRE_OK(store.end_insertion(insertion.id, InsertionStatus::kCancelled, {}));
  const auto events = store.events_after(before->second, "", 10);
  REQUIRE_OK(events);
  REQUIRE(events->size() == 2);
  CHECK(events->at(0).kind == "insertion_waiting");
  CHECK(events->at(1).kind == "insertion_cancelled");
  CHECK(events->at(1).sequence == before->second + 2);
  CHECK(events->at(1).insertion_id == insertion.id);
  CHECK(events->at(1).take_id == job.take_ids[0]);
  CHECK(events->at(1).job_id.empty());
  CHECK(store.events_after(before->second, job.id, 10)->empty());
}

TEST_CASE("A history of version 3 keeps its events and their numbers", "[history]") {
  const TempDir temp;
  const auto file = temp / "history.db";
  std::vector<EventMessage> before;
  {
    HistoryStore store = open_store(file);
    dgx::test::add_completed_job(store, "rain");
    before = *store.events_after(0, "", 100);
    REQUIRE(before.size() > 2);
  }
  // What version 4 brought, taken back.
  judge(file,
        "CREATE TABLE old (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
        " job_id TEXT NOT NULL REFERENCES jobs (id), take_id TEXT, kind TEXT NOT NULL,"
        " at TEXT NOT NULL) STRICT;"
        "INSERT INTO old SELECT sequence + 40, job_id, take_id, kind, at FROM events;"
        "DROP TABLE events; ALTER TABLE old RENAME TO events; DROP TABLE insertions;"
        "CREATE INDEX events_job ON events (job_id); DROP INDEX generations_bytes; PRAGMA "
        "user_version = 3;");
  HistoryStore store = open_store(file);
  REQUIRE_OK(store.check_integrity());
  const auto after = store.events_after(0, "", 100);
  REQUIRE_OK(after);
  REQUIRE(after->size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(after->at(i).sequence == before[i].sequence + 40);
    CHECK(after->at(i).kind == before[i].kind);
    CHECK(after->at(i).job_id == before[i].job_id);
  }
  dgx::test::add_completed_job(store, "wind");
  CHECK(store.events_after(0, "", 100)->at(before.size()).sequence == before.back().sequence + 41);
}
