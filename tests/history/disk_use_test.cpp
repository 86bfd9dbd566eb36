// SPDX-License-Identifier: Apache-2.0
// How many bytes takes have, and which of them nobody kept.
#include "generator/base/ulid.hpp"
#include "tests/history/history_fixture.hpp"

using namespace dgx::protocol;
using dgx::history::HistoryStore;
using dgx::test::judge;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

using Ids = std::vector<std::string>;

std::string add_take(HistoryStore& store) {
  return dgx::test::add_completed_job(store, "rain").take_ids[0];
}

/// Has Ardour been asked to place a take, with that outcome; none while it waits.
void place(HistoryStore& store, const std::string& take, std::optional<InsertionStatus> outcome) {
  const std::string id = dgx::new_ulid();
  REQUIRE_OK(store.add_insertion({id, take, "/music/song", {take, {}, "new", "bar:3", {}}}));
  if (outcome) REQUIRE_OK(store.end_insertion(id, *outcome, {}));
}

}  // namespace

TEST_CASE("A reject is finished, no favourite, not placed, not held and not in the trash",
          "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const std::string reject = add_take(store);
  const std::string favourite = add_take(store);
  REQUIRE_OK(store.set_favourite(favourite, true));
  const std::string placed = add_take(store);
  place(store, placed, InsertionStatus::kDone);
  const std::string waits = add_take(store);
  place(store, waits, std::nullopt);
  const std::string failed = add_take(store);
  place(store, failed, InsertionStatus::kFailed);
  const std::string taken_back = add_take(store);
  place(store, taken_back, InsertionStatus::kCancelled);
  const std::string held = add_take(store);
  const std::string trashed = add_take(store);
  REQUIRE_OK(store.trash_take(trashed));
  REQUIRE_OK(store.add_job(dgx::test::make_job("not finished")));

  CHECK(*store.rejects({held}, 10) == Ids{reject, failed, taken_back});
  CHECK(*store.rejects({held, reject}, 10) == Ids{failed, taken_back});
  CHECK(*store.rejects({held}, 2) == Ids{reject, failed});
  const std::int64_t each = store.find_take(reject)->file_size_bytes;
  REQUIRE(each > 0);
  const auto use = store.disk_use({held, held, favourite, "01NOBODYKNOWSTHISONE000000"});
  REQUIRE_OK(use);
  CHECK(use->takes == 7);
  CHECK(use->bytes == 7 * each);
  CHECK(use->rejects == 3);
  CHECK(use->reject_bytes == 3 * each);

  REQUIRE_OK(store.trash_take(reject));
  CHECK(store.disk_use({held})->rejects == 2);
  REQUIRE_OK(store.restore_take(reject));
  CHECK(store.disk_use({held})->rejects == 3);
}

TEST_CASE("An empty history uses nothing", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const auto use = store.disk_use({});
  REQUIRE_OK(use);
  CHECK(use->takes == 0);
  CHECK(use->bytes == 0);
  CHECK(store.rejects({}, 10)->empty());
}

TEST_CASE("What takes use is read from an index alone", "[history]") {
  const TempDir temp;
  const auto file = temp / "history.db";
  {
    HistoryStore store = open_store(file);
    add_take(store);
  }
  const std::string plan =
      judge(file,
            "EXPLAIN QUERY PLAN SELECT count(*), sum(file_size_bytes) FROM generations"
            " INDEXED BY generations_bytes WHERE status = 'completed' AND trashed_at IS NULL"
            " AND favourite = 0");
  CHECK_THAT(plan, Catch::Contains("USING COVERING INDEX generations_bytes"));
}

TEST_CASE("A history of version 4 gets the index, and keeps its rows", "[history]") {
  const TempDir temp;
  const auto file = temp / "history.db";
  {
    HistoryStore store = open_store(file);
    add_take(store);
  }
  judge(file, "DROP INDEX generations_bytes; PRAGMA user_version = 4;");
  HistoryStore store = open_store(file);
  REQUIRE_OK(store.check_integrity());
  CHECK(store.disk_use({})->takes == 1);
}
