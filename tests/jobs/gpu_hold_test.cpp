// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/gpu_hold.hpp"

#include "generator/jobs/job_reader.hpp"
#include "generator/jobs/scheduler.hpp"
#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::protocol;
using namespace std::chrono_literals;
using dgx::ErrorCode;
using dgx::jobs::GpuHold;
using dgx::jobs::JobReader;
using dgx::jobs::Scheduler;
using dgx::jobs::SchedulerOptions;
using dgx::test::fake_request;

namespace {

TransportReport plays(const std::string& client = "a") {
  return {client, "Ardour", true};
}

TransportReport stopped(const std::string& client = "a") {
  return {client, "Ardour", false};
}

/// A scheduler that keeps a card free, whose clock stands still until a test moves it.
struct Workshop {
  dgx::test::TempDir data{};
  dgx::history::HistoryStore store = dgx::test::open_store(data.path());
  dgx::jobs::EngineSupervisor engine;
  GpuHold::TimePoint now{};
  Scheduler scheduler;
  dgx::jobs::JobQueue queue{store, engine, {.output = {data.path(), {}}}};
  JobReader reader{store, scheduler};
  std::string job;

  explicit Workshop(const std::string& device, bool on = true)
      : engine(dgx::test::fake_engine({"--device", device})),
        scheduler(store, engine, options(on)),
        job(queue.submit(fake_request("a plain tone"))->id) {}

  SchedulerOptions options(bool on) {
    SchedulerOptions options;
    options.jobs.output = {data.path(), {}};
    options.gpu_hold = {on, [this] { return now; }};
    return options;
  }
  bool runs_next() {
    const auto ran = scheduler.run_next();
    REQUIRE_OK(ran);
    return *ran;
  }
  void hears(const TransportReport& report) { REQUIRE_OK(scheduler.report_transport(report)); }
  std::string waits() {
    const auto view = reader.job(job);
    REQUIRE_OK(view);
    return view->waits.value_or("");
  }
};

}  // namespace

TEST_CASE("While a host plays no job begins on a card, and each says why", "[jobs]") {
  Workshop shop("cuda:0");
  shop.hears(plays());
  CHECK_FALSE(shop.runs_next());
  CHECK(shop.store.find_job(shop.job)->attempt == 0);
  CHECK(shop.waits() == "waits while Ardour plays");
  CHECK(shop.reader.queue({}, 10)->jobs.at(0).waits == "waits while Ardour plays");
}

TEST_CASE("A job that waited for a host begins when it stops", "[jobs]") {
  Workshop shop("cuda:0");
  shop.hears(plays());
  CHECK_FALSE(shop.runs_next());
  shop.hears(stopped());
  CHECK(shop.waits().empty());
  CHECK(shop.runs_next());
  CHECK(shop.store.find_job(shop.job)->status == JobStatus::kCompleted);
}

TEST_CASE("Of a host that says no more that it plays nothing is left after five seconds",
          "[jobs]") {
  Workshop shop("cuda:0");
  shop.hears(plays());
  shop.now += 4s;
  shop.hears(plays());
  shop.now += 4999ms;
  CHECK_FALSE(shop.runs_next());
  shop.now += 1ms;
  CHECK(shop.waits().empty());
  CHECK(shop.runs_next());
}

TEST_CASE("One host that stops does not speak for another that plays", "[jobs]") {
  Workshop shop("cuda:0");
  shop.hears(plays("a"));
  shop.hears({"b", "jalv", true});
  const auto view = shop.scheduler.report_transport(stopped("a"));
  REQUIRE_OK(view);
  CHECK(view->rolling);
  CHECK_FALSE(shop.runs_next());
  CHECK(shop.waits() == "waits while jalv plays");
}

TEST_CASE("A processor is no card: its jobs begin while a host plays", "[jobs]") {
  Workshop shop("cpu");
  shop.hears(plays());
  CHECK(shop.runs_next());
}

TEST_CASE("A job for a processor overtakes those that wait for the card", "[jobs]") {
  Workshop shop("cuda:0");
  Job other = *shop.store.find_job(shop.job);
  other.id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  other.take_ids = {"01ARZ3NDEKTSV4RRFFQ69G5FAW"};
  other.request.model = "another";
  REQUIRE_OK(shop.store.add_job(other));
  const auto claimed = shop.store.claim_next_job({"boot-a", 0}, 30'000, {"fake", "broken"});
  REQUIRE_OK(claimed);
  REQUIRE(claimed->has_value());
  CHECK((*claimed)->id == other.id);
  CHECK_FALSE(shop.store.claim_next_job({"boot-a", 0}, 30'000, {"fake", "broken"})->has_value());
}

TEST_CASE("Where the setting is off a report changes nothing, and is told so", "[jobs]") {
  Workshop shop("cuda:0", false);
  const auto view = shop.scheduler.report_transport(plays());
  REQUIRE_OK(view);
  CHECK_FALSE(view->free_while_rolling);
  CHECK(view->rolling);
  CHECK(shop.runs_next());
}

TEST_CASE("More hosts than anybody has are refused, and those that are there are not", "[jobs]") {
  GpuHold::TimePoint now{};
  GpuHold hold({true, [&] { return now; }});
  for (int i = 0; i < 64; ++i) REQUIRE_OK(hold.report(plays(std::to_string(i))));
  const auto refused = hold.report(plays("one more"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  REQUIRE_OK(hold.report(plays("7")));
  now += 5s;
  REQUIRE_OK(hold.report(plays("one more")));
}
