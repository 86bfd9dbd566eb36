// SPDX-License-Identifier: Apache-2.0
// The queue as a service works it off: turns, leases, keys, events, timings, the trash.
#include <algorithm>

#include "generator/base/philox.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/history/history_fixture.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;
using dgx::history::BootTime;
using dgx::history::HistoryStore;
using dgx::history::NewJob;
using dgx::test::make_job;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

constexpr std::int64_t kLease = 30'000;
constexpr std::int64_t kRoom = 1'000'000;

BootTime at(std::int64_t ms, const std::string& boot = "boot-a") {
  return {boot, ms};
}

NewJob new_job(const std::string& prompt, const std::optional<std::string>& priority = {},
               const std::optional<std::string>& key = {}) {
  NewJob job{make_job(prompt), {}};
  job.job.request.priority = priority;
  job.job.request.idempotency_key = key;
  job.asked = encode(job.job.request);
  return job;
}

std::string claimed_prompt(HistoryStore& store, const BootTime& now) {
  const auto job = store.claim_next_job(now, kLease);
  REQUIRE_OK(job);
  return *job ? (*job)->request.prompt : "";
}

}  // namespace

TEST_CASE("Jobs take turns by priority, and a low one is overtaken by at most 512", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  std::vector<NewJob> jobs = {new_job("low", "low"), new_job("normal"), new_job("high", "high")};
  for (int i = 0; i < 600; ++i) jobs.push_back(new_job("later " + std::to_string(i), "high"));
  REQUIRE_OK(store.add_jobs(jobs, kRoom));
  CHECK(claimed_prompt(store, at(0)) == "high");
  int low = -1;
  int normal = -1;
  for (int turn = 0; turn < 602; ++turn) {
    const std::string prompt = claimed_prompt(store, at(0));
    if (prompt == "low") low = turn;
    if (prompt == "normal") normal = turn;
  }
  // All high ones but those accepted 256 (512) jobs later are before them.
  CHECK(normal == 254);
  CHECK(low == 510);
  CHECK(claimed_prompt(store, at(0)).empty());
}

TEST_CASE("Whatever is asked for in whatever order, each job gets its turn once", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  dgx::RandomStream random(3, 0);
  const std::array<std::optional<std::string>, 4> levels = {std::nullopt, "low", "normal", "high"};
  std::vector<std::string> given;
  int added = 0;
  for (int round = 0; round < 300; ++round) {
    if (random.below(2) == 0) {
      REQUIRE_OK(store.add_jobs(
          {new_job("job " + std::to_string(added++), levels[random.below(4)])}, kRoom));
    } else if (const std::string prompt = claimed_prompt(store, at(round)); !prompt.empty()) {
      given.push_back(prompt);
    }
  }
  for (std::string prompt = claimed_prompt(store, at(1)); !prompt.empty();
       prompt = claimed_prompt(store, at(1))) {
    given.push_back(prompt);
  }
  CHECK(given.size() == static_cast<std::size_t>(added));
  std::sort(given.begin(), given.end());
  CHECK(std::adjacent_find(given.begin(), given.end()) == given.end());
}

TEST_CASE("A job that waits for another attempt is passed over until its time", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  REQUIRE_OK(store.add_jobs({new_job("first"), new_job("second")}, kRoom));
  const auto first = store.claim_next_job(at(1000), kLease);
  REQUIRE_OK(store.requeue_job((*first)->id, {.not_before = at(6000)}));
  CHECK(*store.next_due_ms(at(1000)) == 6000);
  CHECK(claimed_prompt(store, at(5999)) == "second");
  CHECK(claimed_prompt(store, at(5999)).empty());
  SECTION("which comes") {
    CHECK(claimed_prompt(store, at(6000)) == "first");
  }
  SECTION("or means nothing on another boot") {
    CHECK_FALSE(store.next_due_ms(at(10, "boot-b"))->has_value());
    CHECK(claimed_prompt(store, at(10, "boot-b")) == "first");
  }
}

TEST_CASE("Only the attempt that has the lease can end a job", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  REQUIRE_OK(store.add_jobs({new_job("a tone")}, kRoom));
  const auto claimed = store.claim_next_job(at(0), kLease);
  const std::string id = (*claimed)->id;
  const std::int64_t stale = (*claimed)->token;
  CHECK(store.abandoned_jobs(at(kLease - 1))->empty());
  REQUIRE_OK(store.renew_lease(id, stale, at(20'000), kLease));
  CHECK(store.abandoned_jobs(at(kLease + 1))->empty());
  CHECK(store.abandoned_jobs(at(20'000 + kLease))->size() == 1);
  CHECK(store.abandoned_jobs(at(0, "boot-b"))->size() == 1);

  REQUIRE_OK(store.requeue_job(id, {.token = stale, .attempt_counts = false}));
  CHECK(store.find_job(id)->attempt == 0);
  const auto again = store.claim_next_job(at(60'000), kLease);
  CHECK((*again)->attempt == 1);
  CHECK((*again)->token > stale);
  const auto refused = [](const dgx::Status& status) {
    return !status && status.error().code == ErrorCode::kConflict;
  };
  auto take = dgx::test::make_completed((*again)->take_ids[0]);
  take.token = stale;
  CHECK(refused(store.complete_take(take)));
  CHECK(refused(store.renew_lease(id, stale, at(1), kLease)));
  CHECK(refused(store.fail_job(id, {ErrorCode::kIo, "late"}, stale)));
  CHECK(refused(store.cancel_job(id, stale)));
  CHECK(refused(store.requeue_job(id, {.token = stale})));
  take.token = (*again)->token;
  REQUIRE_OK(store.complete_take(take));
  CHECK(refused(store.complete_job(id, stale)));
  REQUIRE_OK(store.complete_job(id, (*again)->token));
}

TEST_CASE("One key stands for one request, however often it is sent", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const auto first = store.add_jobs({new_job("rain", {}, "k1")}, kRoom);
  REQUIRE_OK(first);
  const auto again = store.add_jobs({new_job("rain", {}, "k1"), new_job("wind", {}, "k2")}, kRoom);
  REQUIRE_OK(again);
  CHECK(again->at(0).id == first->at(0).id);
  CHECK(store.count_jobs()->pending == 2);
  // All or none: the new job of a batch with a wrong one is not there either.
  const auto refused =
      store.add_jobs({new_job("snow"), new_job("another prompt", {}, "k1")}, kRoom);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kConflict);
  CHECK(refused.error().field == "idempotency_key");
  CHECK(store.count_jobs()->pending == 2);
}

TEST_CASE("A full queue refuses the whole batch", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  REQUIRE_OK(store.add_jobs({new_job("one")}, 2));
  const auto refused = store.add_jobs({new_job("two"), new_job("three")}, 2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(store.count_jobs()->pending == 1);
  REQUIRE_OK(store.add_jobs({new_job("two")}, 2));
}

TEST_CASE("Events are read by number, of one job or of all, and the oldest are forgotten",
          "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const auto jobs = store.add_jobs({new_job("one"), new_job("two")}, kRoom);
  REQUIRE_OK(store.cancel_job(jobs->at(0).id));
  const auto all = store.events_after(0, "", 100);
  REQUIRE(all->size() == 3);
  CHECK(all->at(2).kind == "cancelled");
  CHECK(store.events_after(all->at(1).sequence, "", 100)->size() == 1);
  CHECK(store.events_after(0, jobs->at(0).id, 100)->size() == 2);
  CHECK(store.events_after(0, "", 1)->size() == 1);
  CHECK(*store.event_range() == std::pair<std::int64_t, std::int64_t>(1, 3));
  dgx::test::judge(temp / "history.db", "UPDATE sqlite_sequence SET seq = 20000");
  REQUIRE_OK(store.cancel_job(jobs->at(1).id));
  CHECK(*store.event_range() == std::pair<std::int64_t, std::int64_t>(20001, 20001));
}

TEST_CASE("What rendering took is kept as a mean that follows the newest", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  CHECK(store.timings("sketch")->empty());
  REQUIRE_OK(store.record_timings("sketch", {{Phase::kGenerating, 1.0}}));
  REQUIRE_OK(store.record_timings("sketch", {{Phase::kGenerating, 2.0}}));
  const auto timings = store.timings("sketch");
  REQUIRE(timings->size() == 1);
  CHECK(timings->at(0).phase == Phase::kGenerating);
  CHECK(timings->at(0).seconds == Approx(1.3));
  CHECK(store.timings("other")->empty());
}

TEST_CASE("A take in the trash is in no page and in no search until it is restored", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const Job organ = dgx::test::add_completed_job(store, "slow organ");
  dgx::test::add_completed_job(store, "fast organ");
  REQUIRE_OK(store.set_favourite(organ.take_ids[0], true));
  const auto count = [&](const dgx::history::HistoryQuery& query) {
    const auto page = store.page(query);
    REQUIRE_OK(page);
    CHECK(page->takes.size() == static_cast<std::size_t>(page->total));
    return page->total;
  };
  REQUIRE_OK(store.trash_take(organ.take_ids[0]));
  REQUIRE_OK(store.trash_take(organ.take_ids[0]));  // Twice does nothing twice.
  CHECK(store.find_take(organ.take_ids[0])->trashed_at);
  CHECK(count({}) == 1);
  CHECK(count({.text = "organ"}) == 1);
  CHECK(count({.favourites_only = true}) == 0);
  CHECK(count({.completed_only = true}) == 1);
  CHECK(count({.trashed = true}) == 1);
  CHECK(store.page({.text = "organ", .trashed = true}).error().field == "trash");
  REQUIRE_OK(store.restore_take(organ.take_ids[0]));
  REQUIRE_OK(store.restore_take(organ.take_ids[0]));
  CHECK(count({}) == 2);
  CHECK(count({.text = "organ"}) == 2);
  CHECK(count({.favourites_only = true}) == 1);
  CHECK(count({.trashed = true}) == 0);
  REQUIRE_OK(store.check_integrity());

  const auto open = store.add_jobs({new_job("being made")}, kRoom);
  CHECK(store.trash_take(open->at(0).take_ids[0]).error().code == ErrorCode::kConflict);
}

TEST_CASE("A take is named and unnamed, and keeps its name", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const std::string id = dgx::test::add_completed_job(store, "organ").take_ids[0];
  CHECK_FALSE(store.find_take(id)->name);
  REQUIRE_OK(store.change_take(id, {.name = "Intro", .favourite = true}));
  CHECK(store.find_take(id)->name == "Intro");
  CHECK(store.find_take(id)->favourite);
  REQUIRE_OK(store.change_take(id, {.name = ""}));
  CHECK_FALSE(store.find_take(id)->name);
  CHECK(store.find_take(id)->favourite);
}
