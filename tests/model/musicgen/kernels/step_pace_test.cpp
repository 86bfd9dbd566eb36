// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/step_pace.hpp"

#include "tests/support/catch.hpp"

using dgx::musicgen::StepPace;

namespace {

/// Of `steps` steps, how many were made by the whole team of `threads`. `computing` is the part of
/// a step for which the first thread computes where the whole team is at work.
int whole_team_steps(StepPace& pace, int threads, int steps, double computing) {
  int whole = 0;
  for (int i = 0; i < steps; ++i) {
    const bool all = pace.members() == threads;
    whole += all ? 1 : 0;
    pace.took(0.01, all ? 0.01 * computing : 0.01);
  }
  return whole;
}

}  // namespace

TEST_CASE("Threads that are not held up all go on", "[step pace]") {
  StepPace pace(2);
  CHECK(whole_team_steps(pace, 2, 1000, 0.95) == 1000);
}

TEST_CASE("A thread that waits for another goes on alone and rarely looks again", "[step pace]") {
  StepPace pace(2);
  const int whole = whole_team_steps(pace, 2, 2000, 0.5);
  CHECK(whole >= 8);
  CHECK(whole <= 40);  // 2 % of all
}

TEST_CASE("When the machine is free again, the team comes back", "[step pace]") {
  StepPace pace(4);
  whole_team_steps(pace, 4, 200, 0.3);
  whole_team_steps(pace, 4, 256, 0.99);
  CHECK(pace.members() == 4);
}

TEST_CASE("One thread stays one", "[step pace]") {
  StepPace pace(1);
  CHECK(whole_team_steps(pace, 1, 100, 0.1) == 100);
}
