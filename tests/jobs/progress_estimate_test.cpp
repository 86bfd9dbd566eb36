// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/progress_estimate.hpp"

#include "tests/support/catch.hpp"

using dgx::jobs::ProgressEstimate;
using dgx::protocol::Phase;
using namespace std::chrono_literals;

TEST_CASE("Progress never runs backwards and ends at one", "[jobs]") {
  const auto start = ProgressEstimate::Clock::now();
  ProgressEstimate estimate(2, start);
  double last = 0;
  for (std::int64_t take = 0; take < 2; ++take) {
    for (const Phase phase : {Phase::kQueued, Phase::kLoading, Phase::kGenerating, Phase::kLoading,
                              Phase::kFinishing}) {
      for (std::int64_t step = 0; step <= 4; ++step) {
        estimate.update(take, {phase, step, 4, {}}, start + 1s);
        CHECK(estimate.fraction() >= last);
        last = estimate.fraction();
      }
    }
  }
  CHECK(last == 1.0);
}

TEST_CASE("The time left follows from the time it took so far", "[jobs]") {
  const auto start = ProgressEstimate::Clock::now();
  ProgressEstimate estimate(1, start);
  estimate.update(0, {Phase::kLoading, 0, 1, {}}, start + 10ms);
  CHECK_FALSE(estimate.progress().eta_seconds);
  estimate.update(0, {Phase::kFinishing, 0, 1, {}}, start + 3s);
  REQUIRE(estimate.progress().eta_seconds);
  CHECK(*estimate.progress().eta_seconds == Approx(1.0));
}

TEST_CASE("A model that knows its time left is believed", "[jobs]") {
  const auto start = ProgressEstimate::Clock::now();
  ProgressEstimate estimate(1, start);
  estimate.update(0, {Phase::kGenerating, 1, 2, 42.0}, start + 3s);
  CHECK(estimate.progress().eta_seconds == 42.0);
}
