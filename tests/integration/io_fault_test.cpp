// SPDX-License-Identifier: Apache-2.0
// Calls of the service to the system fail one after another, and it goes on.
#include <filesystem>

#include "generator/protocol/codec.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;

namespace {

/// It has ended, or waits for another attempt, which the next service may make.
bool was_tried(const Program& program, const std::string& job_id) {
  const auto job = client_of(program).job(job_id);
  if (!job || job->status == JobStatus::kProcessing) return false;
  return job->status != JobStatus::kPending || job->attempt > 0;
}

/// One service that is told of a failure, with one request. It may refuse to start, refuse the
/// request, fail the job, or leave it to the next service; it may not crash, and goes on answering.
void run_faulty_service(const Program& program) {
  Running service = program.start({"serve", "--foreground"});
  if (!service.wait_for_error("serving ")) {
    const Outcome refused = service.wait();
    INFO(refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("dgx-music: ") != std::string::npos);
    return;
  }
  const auto health = client_of(program).health();
  REQUIRE_OK(health);
  const auto accepted = client_of(program).generate(tone("a plain tone"));
  if (!accepted) CHECK_FALSE(accepted.error().message.empty());
  // A call that comes late in a job is made only where the engine had its time.
  const auto patient_until = Running::Clock::now() + 30s;
  while (accepted && !was_tried(program, accepted->job_id) &&
         Running::Clock::now() < patient_until) {
    service.runs_for(10ms);
  }
  CHECK(client_of(program).health());
  REQUIRE(::kill(static_cast<pid_t>(health->pid), SIGTERM) == 0);
  const Outcome outcome = service.wait();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
}

/// The next service brings every job to its end, and what is there is whole.
void check_recovered(const Program& program) {
  Running service = start_service(program);
  wait_until_done(program, {client_of(program).generate(tone("the next tone"))->job_id});
  CHECK(sqlite3_says(program.database(),
                     "SELECT count(*) FROM jobs WHERE state IN ('pending', 'processing')") == "0");
  check_whole(
      program,
      static_cast<std::size_t>(std::stoi(sqlite3_says(
          program.database(), "SELECT count(*) FROM generations WHERE status = 'completed'"))));
}

/// Gives the number of failures that were told.
int fail_one_after_another(const std::string& call, const std::string& error) {
  int told = 0;
  int before = 1;
  for (int number = 1;;) {
    INFO(call << " number " << number << " of each thread gives " << error);
    REQUIRE(number < 1000);
    Program program;
    program.use_fake_engine();
    program.environment["ASAN_OPTIONS"] = "detect_leaks=0";  // It cannot work beside strace.
    const auto trace = program.home() / "trace";
    program.launcher = {"strace",
                        "-f",
                        "-qq",
                        "-o",
                        trace.string(),
                        "-e",
                        "trace=" + call,
                        "-e",
                        "inject=" + call + ":error=" + error + ":when=" + std::to_string(number)};
    run_faulty_service(program);
    program.launcher.clear();
    check_recovered(program);
    if (read_file(trace).find("(INJECTED)") == std::string::npos) return told;
    ++told;
    // Each one, or ever larger steps where time is short.
    number += long_tests() ? 1 : std::exchange(before, number);
  }
}

}  // namespace

TEST_CASE("Whichever call to a disk fails, the service lives and the next one has lost nothing",
          "[integration]") {
  for (const char* call : {"fsync", "fdatasync", "pwrite64", "renameat2", "mkdirat"}) {
    CHECK(fail_one_after_another(call, "EIO") >= 1);
    if (!long_tests()) continue;
    CHECK(fail_one_after_another(call, "ENOSPC") >= 1);
    CHECK(fail_one_after_another(call, "EINTR") >= 1);
  }
}
