// SPDX-License-Identifier: Apache-2.0
// How commands meet the service: the one that runs, one of other settings, one that cannot come up.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "generator/client/generator_client.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string field_of(const std::string& json, const std::string& start) {
  const std::size_t at = json.find(start);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + start.size();
  return json.substr(from, json.find_first_of(",\"}", from) - from);
}

}  // namespace

TEST_CASE("generate meets one service each time, and says what it says to programs and people",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto first = program.run({"generate", "a plain tone", "--duration", "1", "--seed", "5"});
  CHECK(first.exit_code == 0);
  const auto json =
      program.run({"generate", "a plain tone", "--duration", "1", "--seed", "5", "--json"});
  INFO(json.err);
  CHECK(json.exit_code == 0);
  CHECK(json.out.starts_with("{\"job_id\":\""));
  CHECK(json.err.empty());
  const auto again = program.run({"generate", "a plain tone", "--duration", "1", "--seed", "5"});
  CHECK(std::count(again.out.begin(), again.out.end(), '\n') ==
        std::count(first.out.begin(), first.out.end(), '\n'));
  CHECK(sqlite3_says(program.database(),
                     "SELECT count(DISTINCT json_extract(metadata, '$.audio_sha256')) "
                     "FROM generations") == "1");
  const auto wrong = program.run({"generate", "a plain tone", "--model", "nothing"});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err.find("model must be one of the installed models") != std::string::npos);
  CHECK(program.run({"generate", "please throw now"}).exit_code == 1);
}

TEST_CASE("A service of other settings makes room where a command started it and it has no work",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto pid = [&] { return field_of(program.run({"status", "--json"}).out, "\"pid\":"); };
  const std::string before = pid();
  program.environment["DGX_MUSIC_EMBED_RECEIPTS"] = "false";
  const auto receipts = program.generate({"secret tone", "--duration", "1"});
  CHECK(read_file(receipts[0].file_path).find("secret tone") == std::string::npos);
  CHECK(pid() != before);

  // Neither one that works nor one that a person started is ended.
  const auto refused = [&] {
    program.environment.erase("DGX_MUSIC_EMBED_RECEIPTS");
    const auto other = program.run({"generate", "a plain tone"});
    CHECK(other.exit_code == 2);
    CHECK(other.err.find("was started with other settings: end it with 'kill ") !=
          std::string::npos);
    program.environment["DGX_MUSIC_EMBED_RECEIPTS"] = "false";
  };
  Running slow = program.start({"generate", "slow tone"});
  REQUIRE(slow.wait_for_error("generating\n"));
  refused();
  slow.send(SIGINT);
  CHECK(slow.wait().exit_code == 130);
  program.end_services();
  const Running service = start_service(program);
  refused();
}

TEST_CASE("A service that cannot come up is told in its own words, with the place of its log",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto refused = [&](const std::string& reason) {
    const auto outcome = program.run({"generate", "a plain tone"});
    check_refused(outcome, {"no service could be started: ", reason,
                            "(its log is " + (program.data() / "service.log").string() + ")"});
    CHECK(outcome.seconds < 5 * patience());
  };
  SECTION("its folder is open to others") {
    fs::create_directories(program.socket().parent_path());
    REQUIRE(::chmod(program.socket().parent_path().c_str(), 0777) == 0);
    refused("is open to other users");
  }
  SECTION("the runtime folder of all programs, which is loose") {
    program.environment["DGX_MUSIC_RUNTIME_DIR"] = program.environment["XDG_RUNTIME_DIR"];
    REQUIRE(::chmod(program.environment["XDG_RUNTIME_DIR"].c_str(), 0755) == 0);
    refused("is open to other users");
  }
}

TEST_CASE("The runtime folder of all programs serves as this one's", "[integration]") {
  Program program;
  program.use_fake_engine();
  program.environment["DGX_MUSIC_RUNTIME_DIR"] = program.environment["XDG_RUNTIME_DIR"];
  REQUIRE(::chmod(program.environment["XDG_RUNTIME_DIR"].c_str(), 0700) == 0);
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  CHECK(fs::exists(program.environment["XDG_RUNTIME_DIR"] + "/api.sock"));
}

TEST_CASE("A service that was killed is started again by who waits for a take", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running service = start_service(program);
  Running running = program.start({"generate", "a plain tone", "--duration", "300"});
  REQUIRE(running.wait_for_error("g"));
  service.send(SIGKILL);
  service.wait();
  const Outcome outcome = running.wait();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  check_whole(program, 1);
}

TEST_CASE("A command that needs a service starts one, and twenty at once meet the same",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipts = program.generate({"a plain tone", "--duration", "1"});
  std::vector<Running> commands;
  for (int i = 0; i < 20; ++i) commands.push_back(program.start({"status", "--json"}));
  std::set<std::string> pids;
  for (Running& command : commands) {
    const Outcome outcome = command.wait();
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    pids.insert(field_of(outcome.out, "\"pid\":"));
  }
  REQUIRE(pids.size() == 1);

  const std::string& take = receipts[0].take_id;
  const auto says = [&](const std::vector<std::string>& arguments, const std::string& text) {
    const Outcome outcome = program.run(arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.find(text) != std::string::npos);
  };
  says({"queue"}, "The queue is empty.");
  says({"favourite", take}, "is a favourite");
  says({"history", "--favourites"}, "1 take");
  says({"favourite", take, "--off"}, "is no favourite");
  says({"rename", take, "Intro"}, "is called Intro");
  says({"trash", take}, "is in the trash");
  CHECK_FALSE(fs::exists(receipts[0].file_path));
  says({"trash", take, "--undo"}, "is restored");
  CHECK(fs::exists(receipts[0].file_path));
  const auto job = client_of(program).generate(tone("slow tone"));
  says({"status", job->job_id}, job->job_id);
  says({"cancel", job->job_id}, "cancelled");
  CHECK(program.run({"cancel", job->job_id}).exit_code == 2);
  CHECK(program.run({"trash", "nothing"}).exit_code == 2);
}

TEST_CASE("A log that has grown long is set aside when a service is started", "[integration]") {
  Program program;
  program.use_fake_engine();
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  program.end_services();
  const std::string long_log(std::size_t{5} << 20, 'x');
  write_file(program.data() / "service.log", long_log);
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  CHECK(read_file(program.data() / "service.log.1") == long_log);
  CHECK(read_file(program.data() / "service.log").size() < long_log.size());
}
