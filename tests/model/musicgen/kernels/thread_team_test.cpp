// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/thread_team.hpp"

#include <atomic>
#include <vector>

#include "tests/support/catch.hpp"

using dgx::musicgen::ThreadTeam;

TEST_CASE("Each task is done once, by members who have prepared", "[thread team]") {
  const int threads = GENERATE(1, 2, 3, 8);
  ThreadTeam team(threads);
  REQUIRE(team.size() == threads);
  for (int round = 0; round < 2000; ++round) {
    const int tasks = round % 37;
    std::vector<std::atomic<int>> done(static_cast<std::size_t>(tasks));
    std::vector<int> prepared(static_cast<std::size_t>(threads), -1);
    std::atomic<int> unprepared{0};
    team.run(
        tasks, [&](int member) { prepared[static_cast<std::size_t>(member)] = round; },
        [&](int member, std::int64_t task) {
          if (prepared[static_cast<std::size_t>(member)] != round) ++unprepared;
          ++done[static_cast<std::size_t>(task)];
        });
    REQUIRE(unprepared == 0);
    for (const auto& count : done) REQUIRE(count == 1);
  }
}

TEST_CASE("What members wrote is seen by the caller and in the next work", "[thread team]") {
  ThreadTeam team(3);
  std::vector<std::int64_t> values(64, 1);  // No atomics: the team orders what they see.
  for (int round = 0; round < 1000; ++round) {
    team.run(64, [&](int, std::int64_t task) { values[static_cast<std::size_t>(task)] += task; });
  }
  for (std::int64_t i = 0; i < 64; ++i) CHECK(values[static_cast<std::size_t>(i)] == 1 + 1000 * i);
}

TEST_CASE("Members who are left out do nothing, and come back", "[thread team]") {
  ThreadTeam team(4);
  for (const int members : {4, 1, 2, 4, 3, 1, 4}) {
    team.set_members(members);
    std::vector<std::atomic<int>> by(4);
    for (int round = 0; round < 200; ++round) {
      team.run(16, [&](int member, std::int64_t) { ++by[static_cast<std::size_t>(member)]; });
    }
    int total = 0;
    for (int member = 0; member < 4; ++member) {
      const int done = by[static_cast<std::size_t>(member)];
      total += done;
      if (member >= members) CHECK(done == 0);
    }
    CHECK(total == 200 * 16);
  }
}
