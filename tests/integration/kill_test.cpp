// SPDX-License-Identifier: Apache-2.0
// Ends without warning, and several programs at once. Power cuts are in tests/history.
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include "generator/base/philox.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Every WAV under a final name is whole and is the one that its receipt speaks of. Gives the ids.
std::set<std::string> check_visible_takes(const Program& program) {
  std::set<std::string> ids;
  if (!fs::exists(program.takes())) return ids;
  for (const auto& entry : fs::directory_iterator(program.takes())) {
    if (entry.path().extension() != ".wav") continue;
    INFO(entry.path().string());
    const auto receipt = receipt_beside(entry.path());
    CHECK(audio_sha256_by_coreutils(entry.path()) == receipt.audio_sha256);
    CHECK(fs::path(receipt.file_path).filename() == entry.path().filename());
    CHECK(fs::exists(*receipt.midi_path));
    ids.insert(receipt.take_id);
  }
  return ids;
}

std::set<std::string> completed_ids(const Program& program) {
  std::istringstream rows(
      sqlite3_says(program.database(), "SELECT id FROM generations WHERE status = 'completed'"));
  return {std::istream_iterator<std::string>(rows), {}};
}

void check_whole(const Program& program) {
  const auto visible = check_visible_takes(program);
  CHECK(completed_ids(program) == visible);  // No file without a row, no row without a file.
  CHECK_FALSE(fs::exists(program.takes() / ".tmp"));
  CHECK(sqlite3_says(program.database(), "PRAGMA integrity_check") == "ok");
  CHECK(sqlite3_says(program.database(), "SELECT DISTINCT state FROM jobs") == "completed");
}

}  // namespace

TEST_CASE("A program killed at any moment leaves its job to the service, which finishes it",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  dgx::RandomStream random(9, 0);
  const double longest = program.run({"generate", "a plain tone", "--duration", "2"}).seconds;
  REQUIRE(completed_ids(program).size() == 1);
  const int kills = long_tests() ? 150 : 30;
  int survivors = 0;
  for (int kill = 0; kill < kills; ++kill) {
    Running running = program.start({"generate", "a plain tone", "--duration", "2"});
    const auto delay = std::chrono::duration<double>(random.uniform() * longest * 1.2);
    running.runs_for(std::chrono::duration_cast<std::chrono::microseconds>(delay));
    running.send(SIGKILL);
    survivors += running.wait().exit_code == 0 ? 1 : 0;
    check_visible_takes(program);
  }
  // The last in the queue: all that was asked for before is done when it is.
  CHECK(program.generate({"the next tone", "--duration", "1"}).size() == 1);
  CHECK(survivors < kills);
  CHECK(completed_ids(program).size() >= static_cast<std::size_t>(survivors) + 2);
  check_whole(program);
}

TEST_CASE("A service killed at each step on the disk is started again by who waits for the take",
          "[integration]") {
  bool was_adopted = false;
  for (const std::string call : {"fsync", "renameat2", "unlinkat", "fdatasync"}) {
    for (int number = 1;; ++number) {  // strace counts the calls of each name for itself.
      INFO("killed at " << call << " " << number);
      REQUIRE(number < 100);
      Program program;
      program.use_fake_engine();
      program.environment["ASAN_OPTIONS"] = "detect_leaks=0";  // It cannot work beside strace.
      const auto ended_by_strace = std::vector<std::string>{
          "strace",
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          "-e",
          "trace=" + call,
          "-e",
          "inject=" + call + ":signal=KILL:when=" + std::to_string(number)};
      program.launcher = ended_by_strace;
      Running service = program.start({"serve", "--foreground"});
      const bool serves = service.wait_for_error("serving ");
      program.launcher.clear();
      const auto made = program.run({"generate", "a plain tone", "--duration", "1"});
      INFO(made.err);
      CHECK(made.exit_code == 0);
      CHECK(completed_ids(program).size() == 1);
      check_whole(program);
      const bool lives = serves && fs::exists(program.socket()) && service.runs_for(1ms);
      was_adopted =
          was_adopted || sqlite3_says(program.database(), "SELECT token FROM jobs") != "1";
      if (lives) {
        // There are fewer such calls.
        service.send(SIGTERM);
        break;
      }
    }
  }
  CHECK(was_adopted);  // Some were killed in the middle of the job.
}

TEST_CASE("An engine killed from outside costs an attempt, not the take", "[integration]") {
  const TempDir marks;
  Program program;
  program.use_fake_engine();
  program.environment["DGX_FAKE_MARK"] = (marks / "mark").string();
  const auto receipts = program.generate({"once kill tone", "--duration", "1"});
  CHECK(receipts.size() == 1);
  CHECK(sqlite3_says(program.database(), "SELECT attempt FROM jobs") == "2");

  const auto poison = program.run({"generate", "kill tone"});
  CHECK(poison.exit_code == 1);
  CHECK(poison.err.find("gave up after 3 attempts") != std::string::npos);
  CHECK(sqlite3_says(program.database(), "SELECT error_code FROM jobs WHERE state = 'failed'") ==
        "attempts_exhausted");
  CHECK(files_beneath(program.takes()).size() == 3);
}

TEST_CASE("Programs started at once meet one service, and all make their takes", "[integration]") {
  Program program;
  program.use_fake_engine();
  std::vector<Running> programs;
  for (int i = 0; i < 8; ++i) {
    programs.push_back(program.start({"generate", "a plain tone", "--duration", "1"}));
  }
  for (Running& running : programs) {
    const Outcome outcome = running.wait();
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
  }
  CHECK(completed_ids(program).size() == 8);
  check_whole(program);
}
