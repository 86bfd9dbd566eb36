// SPDX-License-Identifier: Apache-2.0
// The service as a program: alone on its folder, killed, told to leave, and met by its clients.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "generator/base/philox.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/endpoint.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;
using dgx::client::GeneratorClient;
namespace fs = std::filesystem;

namespace {

std::string field_of(const std::string& json, const std::string& start) {
  const std::size_t at = json.find(start);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + start.size();
  return json.substr(from, json.find_first_of(",\"}", from) - from);
}

}  // namespace

TEST_CASE("Of services started at once on one data folder one lives", "[integration]") {
  Program program;
  program.use_fake_engine();
  std::vector<Running> services;
  for (int i = 0; i < 20; ++i) services.push_back(program.start({"serve", "--foreground"}));
  int alive = 0;
  for (Running& service : services) {
    if (service.wait_for_error("serving ")) {
      ++alive;
      CHECK(client_of(program).health()->pid == service.pid());
      continue;
    }
    const Outcome outcome = service.wait();
    INFO(outcome.err);
    CHECK(outcome.exit_code == kExitOccupied);
    CHECK(outcome.err.find("another dgx-music already works on the data folder") !=
          std::string::npos);
  }
  CHECK(alive == 1);
}

TEST_CASE("A service that is told to leave puts its job back, and the next one finishes it",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  std::string running_job;
  std::string waiting_job;
  {
    Running service = start_service(program);
    running_job = client_of(program).generate(tone("a plain tone", 300))->job_id;
    waiting_job = client_of(program).generate(tone("another tone"))->job_id;
    wait_for_event(program, running_job, "progress");
    const auto sent = Running::Clock::now();
    service.send(SIGTERM);
    CHECK(service.wait().exit_code == 0);
    CHECK(std::chrono::duration<double>(Running::Clock::now() - sent).count() <= 5 * patience());
    CHECK_FALSE(fs::exists(program.socket()));
  }
  CHECK(sqlite3_says(program.database(), "SELECT DISTINCT state FROM jobs") == "pending");
  Running service = start_service(program);
  wait_until_done(program, {running_job, waiting_job});
  check_whole(program, 2);
  CHECK(sqlite3_says(program.database(), "SELECT max(attempt) FROM jobs") == "1");
}

TEST_CASE("A service killed at any moment loses no acknowledged job and makes none twice",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  dgx::RandomStream random(11, 0);
  std::map<std::string, std::string> ledger;  // Key to job: what was acknowledged
  const int kills = long_tests() ? 200 : 15;
  int sent = 0;
  for (int kill = 0; kill < kills; ++kill) {
    Running service = start_service(program);
    for (int i = 0; i < 2; ++i) {
      auto request = tone("a plain tone");
      request.idempotency_key = "key " + std::to_string(sent++);
      const auto accepted = client_of(program).generate(request);
      REQUIRE_OK(accepted);
      ledger[*request.idempotency_key] = accepted->job_id;
    }
    const auto delay = std::chrono::duration<double>(random.uniform() * 0.3);
    service.runs_for(std::chrono::duration_cast<std::chrono::microseconds>(delay));
    service.send(SIGKILL);
    service.wait();
  }
  Running service = start_service(program);
  std::set<std::string> jobs;
  for (const auto& [key, job] : ledger) {
    auto request = tone("a plain tone");
    request.idempotency_key = key;
    CHECK(client_of(program).generate(request)->job_id == job);  // Asked again, as after no answer.
    jobs.insert(job);
  }
  CHECK(jobs.size() == static_cast<std::size_t>(sent));
  wait_until_done(program, jobs);
  check_whole(program, jobs.size());
  CHECK(std::stoi(sqlite3_says(program.database(), "SELECT max(attempt) FROM jobs")) <= 3);
}

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

TEST_CASE("A model that came or went is known to the service that runs", "[integration]") {
  const Program program;
  const auto models = [&] {
    return run_command("curl -s --unix-socket " + program.socket().string() +
                       " http://localhost/api/v1/models")
        .output;
  };
  CHECK(program.run({"status"}).exit_code == 0);
  CHECK(models().find("\"tiny\"") == std::string::npos);
  REQUIRE(program
              .run({"models", "import", DGX_SOURCE_DIR "/tests/golden/musicgen/mono", "--id",
                    "tiny", "--accept-licence"})
              .exit_code == 0);
  CHECK(models().find("\"tiny\"") != std::string::npos);
  REQUIRE(program.run({"models", "remove", "tiny", "--yes"}).exit_code == 0);
  CHECK(models().find("\"tiny\"") == std::string::npos);
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

TEST_CASE("Another user gets nowhere, and a loose folder keeps the service from starting",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  if (::geteuid() == 0) {
    Running service = start_service(program);
    REQUIRE(::chmod(program.home().c_str(), 0755) == 0);
    const std::string curl =
        "curl -sS --unix-socket " + program.socket().string() + " http://localhost/health 2>&1";
    CHECK(run_command(curl).exit_code == 0);
    const std::string as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    CHECK(run_command(as_nobody + curl).exit_code != 0);
    // Even with both doors open the service looks who is there.
    REQUIRE(::chmod(program.socket().parent_path().c_str(), 0755) == 0);
    REQUIRE(::chmod(program.socket().parent_path().parent_path().c_str(), 0755) == 0);
    REQUIRE(::chmod(program.socket().c_str(), 0666) == 0);
    CHECK(run_command(as_nobody + curl).output.find("\"version\"") == std::string::npos);
    CHECK(service.wait_for_error("another user's program was turned away"));
    service.send(SIGTERM);
    service.wait();
  }
  fs::create_directories(program.socket().parent_path());
  REQUIRE(::chmod(program.socket().parent_path().c_str(), 0777) == 0);
  const auto loose = program.run({"serve"});
  CHECK(loose.exit_code == 2);
  CHECK(loose.err.find("is open to other users") != std::string::npos);
}

TEST_CASE("Logs hold no prompt and no token", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running service = program.start({"serve", "--foreground", "--tcp", "0"});
  REQUIRE(service.wait_for_error("serving "));
  const auto job = client_of(program).generate(tone("secret melody"));
  wait_until_done(program, {job->job_id});
  run_command("curl -s --unix-socket " + program.socket().string() +
              " 'http://localhost/api/v1/history?q=secret'");
  const std::string token = read_file(program.socket().parent_path() / "tcp-token").substr(0, 64);
  // The request is sent in a frame, not in the engine's arguments; and numbers are only numbers.
  const auto seen_by_others = run_command(
      "cat /proc/*/cmdline /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | "
      "grep -cE 'secret (melody)|" +
      token.substr(0, 63) + "[" + token[63] + "]'");
  CHECK(seen_by_others.output == "0\n");
  const auto metrics = run_command("curl -s --unix-socket " + program.socket().string() +
                                   " http://localhost/metrics");
  CHECK(metrics.output.find("dgx_music_jobs") != std::string::npos);
  CHECK(metrics.output.find("secret") == std::string::npos);
  service.send(SIGTERM);
  const Outcome outcome = service.wait();
  CHECK(outcome.err.find("GET /api/v1/history 200") != std::string::npos);
  CHECK(outcome.err.find("secret") == std::string::npos);
  CHECK(outcome.err.find(token) == std::string::npos);
}

TEST_CASE("Every curl line of the protocol's page works", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipts = program.generate({"a plain tone", "--duration", "1"});
  program.end_services();
  Running service = start_service(program);
  const dgx::test::ArdourSession session(program.socket().parent_path() / "ardour", "song");
  std::ifstream page(DGX_SOURCE_DIR "/docs/protocol.md");
  int lines = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("curl ")) continue;
    ++lines;
    const auto job = client_of(program).generate(tone("a plain tone"));
    REQUIRE_OK(job);
    std::string insertion_id;
    if (line.find("/insertions/") != std::string::npos) {
      const auto insertion = client_of(program).insert({receipts[0].take_id});
      REQUIRE_OK(insertion);
      insertion_id = insertion->insertion_id;
    }
    const fs::path wav = receipts[0].file_path;
    const std::string variables = "S='" + program.socket().string() + "' JOB=" + job->job_id +
                                  " TAKE=" + receipts[0].take_id + " INSERTION=" + insertion_id +
                                  " NAME=" + wav.filename().string() + "; cd " +
                                  program.home().string() + "; ";
    const bool streams = line.find("/v1/events") != std::string::npos;
    const auto result =
        run_command(variables + line + (streams ? " -m 2" : " -m 30") + " --fail-with-body 2>&1");
    INFO(line << "\n" << result.output);
    // 28: a stream that goes on for ever was cut off by -m.
    CHECK((result.exit_code == 0 || (streams && result.exit_code == 28)));
    wait_for_event(program, job->job_id, "added");
  }
  CHECK(lines >= 21);
}

TEST_CASE("A service has nothing in its memory that only other commands need", "[integration]") {
  Program program;
  program.use_fake_engine();
  const Running service = start_service(program);
  const std::string mapped = read_file("/proc/" + std::to_string(service.pid()) + "/maps");
  CHECK(mapped.find("libsqlite3") != std::string::npos);
  for (const char* library : {"libcurl", "libarchive", "libssl", "libxml2", "libtorch"}) {
    INFO(library);
    CHECK(mapped.find(library) == std::string::npos);
  }
}

TEST_CASE("A crash of the service or of its engine leaves no core file", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running service = start_service(program);
  wait_until_done(program, {client_of(program).generate(tone("a plain tone"))->job_id});
  const std::string pid = std::to_string(service.pid());
  std::set<std::string> limited = {pid};
  const auto children = run_command("pgrep -P " + pid);
  std::istringstream lines(children.output);
  for (std::string child; std::getline(lines, child);) limited.insert(child);
  CHECK(limited.size() >= 2);
  for (const std::string& process : limited) {
    const std::string limits = read_file("/proc/" + process + "/limits");
    CHECK_THAT(limits, Catch::Matchers::Matches("[^]*Max core file size +0 +0 +bytes[^]*"));
  }
  service.send(SIGABRT);
  CHECK(service.wait().signal == SIGABRT);
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
