// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/scheduler.hpp"

#include <fstream>
#include <thread>

#include "generator/jobs/progress_estimate.hpp"
#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;
using namespace std::chrono_literals;
using dgx::ErrorCode;
using dgx::history::BootTime;
using dgx::jobs::Scheduler;
using dgx::jobs::SchedulerOptions;
using dgx::test::fake_request;
using dgx::test::open_store;

namespace {

/// A scheduler whose clock stands still until a test moves it.
struct Workshop {
  dgx::test::TempDir data{};
  dgx::history::HistoryStore store = open_store(data.path());
  dgx::jobs::EngineSupervisor engine = dgx::test::fake_engine();
  BootTime now{"boot-a", 0};
  int changes = 0;
  std::function<void(std::string_view)> on_step{};
  std::optional<Scheduler> scheduler{};
  dgx::jobs::JobQueue queue{store, engine, {.output = {data.path(), {}}}};

  Workshop() { restart(); }

  void restart() {
    SchedulerOptions options;
    options.jobs.output = {data.path(), {}};
    options.jobs.on_step = [this](std::string_view step) {
      if (on_step) on_step(step);
    };
    options.clock = [this] { return now; };
    scheduler.emplace(store, engine, std::move(options), [this] {
      ++changes;
      if (on_change) on_change();
    });
  }
  std::function<void()> on_change{};

  std::string submit(const std::string& prompt) {
    const auto job = queue.submit(fake_request(prompt));
    REQUIRE_OK(job);
    return job->id;
  }
  bool run_next() {
    const auto ran = scheduler->run_next();
    REQUIRE_OK(ran);
    return *ran;
  }
  Job job(const std::string& id) {
    const auto job = store.find_job(id);
    REQUIRE_OK(job);
    return *job;
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    if (!fs::exists(data.path() / "takes")) return 0;
    for (const auto& entry : fs::recursive_directory_iterator(data.path() / "takes")) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("The queue is worked off in the order of its turns", "[jobs]") {
  Workshop shop;
  CHECK_FALSE(shop.run_next());
  const std::string first = shop.submit("a plain tone");
  auto request = fake_request("an urgent tone");
  request.priority = "high";
  const std::string urgent = shop.queue.submit(request)->id;
  REQUIRE(shop.run_next());
  CHECK(shop.job(urgent).status == JobStatus::kCompleted);
  CHECK(shop.job(first).status == JobStatus::kPending);
  REQUIRE(shop.run_next());
  CHECK(shop.job(first).status == JobStatus::kCompleted);
  CHECK_FALSE(shop.run_next());
  CHECK(shop.changes > 4);
  CHECK_FALSE(shop.scheduler->running());
}

TEST_CASE("A crashed attempt waits longer each time, and the third is the last", "[jobs]") {
  Workshop shop;
  const std::string poison = shop.submit("please abort now");
  const std::string other = shop.submit("a plain tone");
  REQUIRE(shop.run_next());
  CHECK(shop.job(poison).status == JobStatus::kPending);
  CHECK(shop.job(poison).attempt == 1);
  REQUIRE(shop.run_next());  // The other job need not wait for it.
  CHECK(shop.job(other).status == JobStatus::kCompleted);
  CHECK_FALSE(shop.run_next());
  shop.now.ms = 999;
  CHECK_FALSE(shop.run_next());
  shop.now.ms = 1000;
  REQUIRE(shop.run_next());
  CHECK(shop.job(poison).attempt == 2);
  shop.now.ms = 5999;
  CHECK_FALSE(shop.run_next());
  shop.now.ms = 6000;
  REQUIRE(shop.run_next());
  const Job job = shop.job(poison);
  CHECK(job.status == JobStatus::kFailed);
  CHECK(job.attempt == 3);
  CHECK(job.error->code == ErrorCode::kAttemptsExhausted);
  CHECK(shop.files() == 3);  // The other job's.
}

TEST_CASE("A job that fails for another reason is not tried again", "[jobs]") {
  Workshop shop;
  const std::string id = shop.submit("please throw now");
  REQUIRE(shop.run_next());
  CHECK(shop.job(id).status == JobStatus::kFailed);
  CHECK(shop.job(id).attempt == 1);
}

TEST_CASE("A running job can be cancelled, a pending one is not the scheduler's", "[jobs]") {
  for (const char* prompt : {"slow model", "please hang now"}) {
    Workshop shop;
    const std::string id = shop.submit(prompt);
    CHECK_FALSE(shop.scheduler->cancel(id));
    bool asked = false;
    shop.on_change = [&] {
      const auto running = shop.scheduler->running();
      if (!running || running->progress.phase != Phase::kGenerating || asked) return;
      asked = true;
      CHECK_FALSE(shop.scheduler->cancel("another job"));
      CHECK(shop.scheduler->cancel(id));
    };
    REQUIRE(shop.run_next());
    CHECK(asked);
    CHECK(shop.job(id).status == JobStatus::kCancelled);
    CHECK(shop.files() == 0);
  }
}

TEST_CASE("A cancel at any step ends in a cancelled job without files, or in a completed one",
          "[jobs]") {
  for (const std::string step : {"claimed", "rendered", "fsynced", "renamed", "committed"}) {
    INFO(step);
    Workshop shop;
    const std::string id = shop.submit("a plain tone");
    shop.on_step = [&](std::string_view name) {
      if (name == step) CHECK(shop.scheduler->cancel(id));
    };
    REQUIRE(shop.run_next());
    const Job job = shop.job(id);
    const JobStatus take = shop.store.find_take(job.take_ids[0])->status;
    CHECK(take == job.status);
    if (job.status == JobStatus::kCompleted) {
      CHECK(shop.files() == 3);
    } else {
      CHECK(job.status == JobStatus::kCancelled);
      CHECK(shop.files() == 0);
    }
  }
}

TEST_CASE("Shutting down puts the running job back, and the next service finishes it", "[jobs]") {
  Workshop shop;
  const std::string id = shop.submit("slow once tone");
  shop.on_change = [&] {
    const auto running = shop.scheduler->running();
    if (running && running->progress.phase == Phase::kGenerating) shop.scheduler->shut_down();
  };
  REQUIRE(shop.run_next());
  CHECK(shop.job(id).status == JobStatus::kPending);
  CHECK(shop.job(id).attempt == 0);  // It was not to blame.
  CHECK(shop.files() == 0);
}

TEST_CASE("What a dead service left in the middle is taken up again", "[jobs]") {
  Workshop shop;
  const std::string begun = shop.submit("a plain tone");
  const std::string waiting = shop.submit("another tone");
  REQUIRE_OK(shop.store.claim_next_job({"boot-before", 0}, 30'000));
  shop.restart();
  const auto recovered = shop.scheduler->recover();
  REQUIRE_OK(recovered);
  CHECK(*recovered == 1);
  CHECK(shop.job(begun).status == JobStatus::kPending);
  CHECK(shop.job(begun).attempt == 0);
  REQUIRE(shop.run_next());
  REQUIRE(shop.run_next());
  CHECK(shop.job(begun).status == JobStatus::kCompleted);
  CHECK(shop.job(waiting).status == JobStatus::kCompleted);
}

TEST_CASE("A job whose lease ran out is taken up again, and not before", "[jobs]") {
  Workshop shop;
  const std::string id = shop.submit("a plain tone");
  REQUIRE_OK(shop.store.claim_next_job(shop.now, 30'000));
  CHECK_FALSE(shop.run_next());
  shop.now.ms = 29'999;
  CHECK_FALSE(shop.run_next());
  shop.now.ms = 30'000;
  REQUIRE(shop.run_next());
  CHECK(shop.job(id).status == JobStatus::kCompleted);
}

TEST_CASE("A job that always ends the service is given up after twenty starts", "[jobs]") {
  Workshop shop;
  const std::string id = shop.submit("a plain tone");
  for (int start = 1; start <= 20; ++start) {
    REQUIRE_OK(shop.store.claim_next_job(shop.now, 30'000));
    REQUIRE_OK(shop.scheduler->recover());
    CHECK((shop.job(id).status == JobStatus::kPending) == (start < 20));
  }
  CHECK(shop.job(id).error->code == ErrorCode::kAttemptsExhausted);
}

TEST_CASE("Dates may jump: turns go by acceptance", "[jobs]") {
  Workshop shop;
  std::vector<std::string> ids;
  for (const char* date : {"2027-11-21", "2025-11-21", "2026-03-29"}) {
    Job job = shop.job(shop.submit("a plain tone"));
    REQUIRE_OK(shop.store.cancel_job(job.id));
    job.id[0] = static_cast<char>('1' + ids.size());
    job.take_ids[0][0] = job.id[0];
    job.created_at = std::string(date) + "T10:00:00.000Z";
    REQUIRE_OK(shop.store.add_job(job));
    ids.push_back(job.id);
  }
  for (const std::string& id : ids) {
    REQUIRE(shop.run_next());
    CHECK(shop.job(id).status == JobStatus::kCompleted);
  }
}

TEST_CASE("What a job took is measured, and tells the next one's time", "[jobs]") {
  Workshop shop;
  CHECK_FALSE(dgx::jobs::estimated_seconds(fake_request("x"), *shop.store.timings("fake")));
  shop.submit("a plain tone");
  REQUIRE(shop.run_next());
  const auto timings = shop.store.timings("fake");
  REQUIRE_FALSE(timings->empty());
  auto request = fake_request("another tone");
  const auto one = dgx::jobs::estimated_seconds(request, *timings);
  REQUIRE(one);
  request.variations = 3;
  CHECK(*dgx::jobs::estimated_seconds(request, *timings) > *one);
}

TEST_CASE("A key that is sent again gives the job that is there", "[jobs]") {
  Workshop shop;
  auto request = fake_request("a plain tone");
  request.idempotency_key = "once";
  request.seed.reset();
  const auto first = shop.queue.submit(request);
  const auto again = shop.queue.submit(request);
  REQUIRE_OK(again);
  CHECK(again->id == first->id);
  CHECK(again->request.seed == first->request.seed);
  request.prompt = "another tone";
  CHECK(shop.queue.submit(request).error().code == ErrorCode::kConflict);
  CHECK(shop.store.count_jobs()->pending == 1);
}

TEST_CASE("A batch is accepted whole or not at all", "[jobs]") {
  Workshop shop;
  auto wrong = fake_request("wrong");
  wrong.model = "nothing";
  const auto refused = shop.queue.submit_all({fake_request("right"), wrong}, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "requests[1].model");
  CHECK(shop.store.count_jobs()->pending == 0);
  const auto accepted = shop.queue.submit_all({fake_request("one"), fake_request("two")}, true);
  REQUIRE_OK(accepted);
  CHECK(accepted->size() == 2);
}

TEST_CASE("A thread works jobs off as they come, and leaves when it is told to", "[jobs]") {
  Workshop shop;
  // The scheduler's store and engine belong to its thread, so jobs come from another store.
  auto writer = open_store(shop.data.path());
  auto adviser = dgx::test::fake_engine();
  dgx::jobs::JobQueue door(writer, adviser, {.output = {shop.data.path(), {}}});
  std::mutex mutex;
  std::condition_variable changed;
  int events = 0;
  shop.on_change = [&] {
    const std::lock_guard lock(mutex);
    ++events;
    changed.notify_all();
  };
  std::thread runner([&] { shop.scheduler->work(); });
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(door.submit(fake_request("a plain tone"))->id);
    shop.scheduler->wake();
  }
  {
    std::unique_lock lock(mutex);
    const bool done =
        changed.wait_for(lock, 60s, [&] { return writer.count_jobs()->completed == 3; });
    CHECK(done);
  }
  shop.scheduler->shut_down();
  runner.join();
  for (const std::string& id : ids) CHECK(writer.find_job(id)->status == JobStatus::kCompleted);
}
