// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "generator/base/philox.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr int kInterrupted = 130;

double seconds_since(Running::Clock::time_point start) {
  return std::chrono::duration<double>(Running::Clock::now() - start).count();
}

/// Sends the signal and checks that the program ends as it should, within a second.
double cancel(Running& running, int signal) {
  const auto sent = Running::Clock::now();
  running.send(signal);
  const Outcome outcome = running.wait();
  const double seconds = seconds_since(sent);
  INFO(outcome.err);
  CHECK(outcome.exit_code == kInterrupted);
  // Far more than an idle machine needs, which the tests print: a busy one must not fail here.
  CHECK(seconds <= 5.0 * patience());
  CHECK(outcome.err.ends_with("dgx-music: cancelled\n"));
  return seconds;
}

std::string states_of_jobs(const Program& program) {
  return sqlite3_says(program.database(), "SELECT group_concat(DISTINCT state) FROM jobs");
}

/// No file, and no row that speaks of one: of the variations that were completed before, either.
void check_nothing_stays(const Program& program) {
  CHECK(files_beneath(program.takes()).empty());
  CHECK(sqlite3_says(program.database(),
                     "SELECT DISTINCT status, file_path IS NULL, metadata IS NULL "
                     "FROM generations") == "cancelled|1|1");
}

}  // namespace

TEST_CASE("Ctrl-C, SIGTERM and a closed terminal leave no file and a cancelled row",
          "[integration]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Program program;
    program.use_fake_engine();
    Running running = program.start({"generate", "slow tone"});
    REQUIRE(running.wait_for_error("generating\n"));
    cancel(running, signal);
    CHECK(files_beneath(program.takes()).empty());
    CHECK(states_of_jobs(program) == "cancelled");
    CHECK(sqlite3_says(program.database(), "SELECT DISTINCT status FROM generations") ==
          "cancelled");
  }
}

TEST_CASE("A model that does not listen is cancelled all the same", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running running = program.start({"generate", "hang tone"});
  REQUIRE(running.wait_for_error("generating\n"));
  cancel(running, SIGINT);
  CHECK(files_beneath(program.takes()).empty());
  CHECK(states_of_jobs(program) == "cancelled");
}

TEST_CASE("A job that waits for another one can be cancelled", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running first = program.start({"generate", "slow tone"});
  REQUIRE(first.wait_for_error("generating\n"));
  Running second = program.start({"generate", "a plain tone"});
  REQUIRE(second.wait_for_error("waiting\n"));
  cancel(second, SIGINT);
  cancel(first, SIGINT);
  CHECK(states_of_jobs(program) == "cancelled");
  check_nothing_stays(program);
}

TEST_CASE("The sketch model can be cancelled in each of its phases", "[integration]") {
  for (const std::string phase : {"loading the model\n", "generating\n"}) {
    INFO(phase);
    const Program program;
    Running running =
        program.start({"generate", "house", "--duration", "300", "--variations", "4"});
    REQUIRE(running.wait_for_error(phase));
    cancel(running, SIGINT);
    CHECK(files_beneath(program.takes()).empty());
    CHECK(states_of_jobs(program) == "cancelled");
  }
}

TEST_CASE("Five minutes of audio that are being finished can be cancelled at any moment",
          "[integration]") {
  dgx::RandomStream random(5, 0);
  const int rounds = long_tests() ? 20 : 3;
  double slowest = 0;
  for (int round = 0; round < rounds; ++round) {
    Program program;
    program.use_fake_engine();
    Running running =
        program.start({"generate", "a plain tone", "--duration", "300", "--variations", "4",
                       "--sample-rate", round % 2 == 0 ? "48000" : "96000"});
    REQUIRE(running.wait_for_error("finishing the file\n"));
    const auto delay = std::chrono::microseconds(random.below(2'500'000));
    INFO("after " << delay.count() << " us");
    if (!running.runs_for(delay)) FAIL("it ended by itself");
    slowest = std::max(slowest, cancel(running, SIGINT));
    CHECK(states_of_jobs(program) == "cancelled");
    check_nothing_stays(program);
  }
  std::cout << "slowest of " << rounds << " cancels while finishing: " << slowest << " s\n";
}
