// SPDX-License-Identifier: Apache-2.0
// The service as a program: alone on its folder, killed, told to leave, and called by curl.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "generator/base/philox.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/protocol/endpoint.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

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
