// SPDX-License-Identifier: Apache-2.0
// The service under its worst callers: those who change their mind at any moment, and those who
// restart it in the middle of a batch.
#include <algorithm>
#include <cmath>
#include <map>
#include <thread>

#include "generator/base/philox.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

std::chrono::microseconds up_to(dgx::RandomStream& random, double seconds) {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::duration<double>(random.uniform() * seconds));
}

double at_share(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(
      std::ceil(share * static_cast<double>(values.size()) - 1))];
}

/// One listener to all events, who comes back after the last one he saw whenever he is cut off.
class Follower {
 public:
  /// Reads until the service ends the stream, or every job has completed.
  void follow(const Program& program, const std::set<std::string>& jobs) {
    auto events = client_of(program).events("", seen_.empty() ? 0 : seen_.back());
    while (events && completed_.size() < jobs.size()) {
      const auto event = events->next();
      if (!event) return;
      if (!event->id) continue;
      seen_.push_back(*event->id);
      if (event->kind == "completed") ++completed_[event->data];
    }
  }
  [[nodiscard]] const std::vector<std::int64_t>& seen() const { return seen_; }
  [[nodiscard]] const std::map<std::string, int>& completed() const { return completed_; }

 private:
  std::vector<std::int64_t> seen_{};
  std::map<std::string, int> completed_{};  // The event's text, and how often it came
};

std::set<std::string> submit_batches(const Program& program, std::size_t jobs) {
  std::set<std::string> ids;
  while (ids.size() < jobs) {
    const std::size_t size = std::min<std::size_t>(100, jobs - ids.size());
    const auto accepted = client_of(program).generate_batch({size, tone("a plain tone")});
    REQUIRE_OK(accepted);
    for (const auto& job : accepted->jobs) ids.insert(job.job_id);
  }
  return ids;
}

}  // namespace

TEST_CASE(
    "A cancel at any moment gives a cancelled job or a completed one, and no file of the first",
    "[integration]") {
  Program program;
  program.use_fake_engine();
  Running service = start_service(program);
  dgx::RandomStream random(8, 0);
  std::vector<double> seconds;
  std::size_t completed = 0;
  const int cancels = long_tests() ? 1000 : 40;
  for (int i = 0; i < cancels; ++i) {
    const auto job = client_of(program).generate(tone("a plain tone", 1 + 9 * random.uniform()));
    REQUIRE_OK(job);
    service.runs_for(up_to(random, 0.15));
    const auto asked = Clock::now();
    const auto cancelled = client_of(program).cancel(job->job_id);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - asked).count());
    const auto status = client_of(program).job(job->job_id)->status;
    if (cancelled) {
      CHECK(cancelled->status == JobStatus::kCancelled);
      CHECK(status == JobStatus::kCancelled);
    } else {
      CHECK(cancelled.error().code == dgx::ErrorCode::kConflict);
      CHECK(status == JobStatus::kCompleted);
      ++completed;
    }
  }
  WARN(cancels << " cancels, " << completed << " came too late; p99 "
               << at_share(seconds, 0.99) * 1000 << " ms");
  CHECK(at_share(seconds, 0.99) <= 0.5 * patience());
  wait_until_done(program, {client_of(program).generate(tone("a plain tone"))->job_id});
  check_whole(program, completed + 1);
}

TEST_CASE("A batch outlives restarts, and a listener who comes back misses no event",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  dgx::RandomStream random(9, 1);
  std::set<std::string> jobs;
  Follower follower;
  const int restarts = long_tests() ? 50 : 4;
  for (int restart = 0; restart < restarts; ++restart) {
    Running service = start_service(program);
    if (jobs.empty()) jobs = submit_batches(program, long_tests() ? 200 : 20);
    std::thread listener([&] { follower.follow(program, jobs); });
    service.runs_for(up_to(random, 0.25));
    const auto told = Clock::now();
    service.send(SIGTERM);
    CHECK(service.wait().exit_code == 0);
    CHECK(std::chrono::duration<double>(Clock::now() - told).count() <= 5 * patience());
    listener.join();
  }
  Running service = start_service(program);
  follower.follow(program, jobs);
  wait_until_done(program, jobs);
  check_whole(program, jobs.size());
  CHECK(follower.completed().size() == jobs.size());
  REQUIRE_FALSE(follower.seen().empty());
  for (std::size_t i = 0; i < follower.seen().size(); ++i) {
    CHECK(follower.seen()[i] == static_cast<std::int64_t>(i) + 1);
  }
}
