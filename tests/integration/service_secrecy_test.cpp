// SPDX-License-Identifier: Apache-2.0
// What the service lets nobody see: other users, its logs, its metrics, a core file.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "generator/client/generator_client.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
using namespace dgx::protocol;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

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

TEST_CASE("Logs hold no prompt, no name of a file and no token", "[integration]") {
  Program program;
  program.use_fake_engine();
  program.environment["DGX_FAKE_MARK"] = (program.home() / "mark").string();
  Running service = program.start({"serve", "--foreground", "--tcp", "0"});
  REQUIRE(service.wait_for_error("serving "));
  const auto job = client_of(program).generate(tone("secret tune"));
  const auto crashing = client_of(program).generate(tone("a secret crash once"));
  wait_until_done(program, {job->job_id, crashing->job_id});
  const std::string take_id = client_of(program).job(job->job_id)->takes.front().take_id;
  const fs::path file = client_of(program).take(take_id)->file_path;
  const std::string curl =
      "curl -s -o /dev/null --unix-socket " + program.socket().string() + " http://localhost";
  run_command(curl + "'/api/v1/history?q=secret'");
  run_command(curl + "/api/v1/files/" + file.filename().string());
  run_command(curl + "/api/v1/files/" + file.filename().string() + "/");
  run_command(curl + R"(/api/v1/generate --json '{"prompt": "a secret", "bpm": 9000}')");
  run_command(curl + R"(/api/v1/generate --json '{"prompt": "a secret",')");
  const std::string token = read_file(program.socket().parent_path() / "tcp-token").substr(0, 64);
  // The request is sent in a frame, not in the engine's arguments; and numbers are only numbers.
  const auto seen_by_others = run_command(
      "cat /proc/*/cmdline /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | "
      "grep -cE 'secret (tune)|" +
      token.substr(0, 63) + "[" + token[63] + "]'");
  CHECK(seen_by_others.output == "0\n");
  const auto metrics = run_command("curl -s --unix-socket " + program.socket().string() +
                                   " http://localhost/metrics");
  CHECK(metrics.output.find("dgx_music_jobs") != std::string::npos);
  CHECK(metrics.output.find("secret") == std::string::npos);
  CHECK(metrics.output.find(token) == std::string::npos);
  service.send(SIGTERM);
  const Outcome outcome = service.wait();
  CHECK(outcome.err.find("GET /api/v1/history 200") != std::string::npos);
  CHECK(outcome.err.find("GET /api/v1/files/{name} 200") != std::string::npos);
  CHECK(outcome.err.find("POST /api/v1/generate 422") != std::string::npos);
  CHECK(outcome.err.find("POST /api/v1/generate 400") != std::string::npos);
  CHECK(outcome.err.find("attempt 1 at job " + crashing->job_id) != std::string::npos);
  CHECK(outcome.err.find("secret") == std::string::npos);
  CHECK(outcome.err.find(file.stem().string()) == std::string::npos);
  CHECK(outcome.err.find(token) == std::string::npos);
}

TEST_CASE("The log of a service that a command started holds no prompt", "[integration]") {
  Program program;
  program.use_fake_engine();
  program.environment["DGX_MUSIC_LOG"] = "info";
  CHECK(program.generate({"secret melody", "--duration", "1"}).size() == 1);
  program.end_services();
  const std::string log = read_file(program.data() / "service.log");
  CHECK(log.find("POST /api/v1/generate 202") != std::string::npos);
  CHECK(log.find("secret") == std::string::npos);
}

TEST_CASE("A crash of the service or of its engine leaves no core file", "[integration]") {
  Program program;
  program.use_fake_engine();
  // Who started it allows such files.
  program.launcher = {"/bin/sh", "-c", "ulimit -c unlimited && cd \"$0\" && exec \"$@\"",
                      program.home().string()};
  Running service = start_service(program);
  program.launcher.clear();
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
  for (const std::string& process : limited) ::kill(std::stoi(process), SIGABRT);
  const Outcome outcome = service.wait();
  CHECK(outcome.signal == SIGABRT);
  CHECK_FALSE(outcome.left_core);
  for (const std::string& file : files_beneath(program.home())) {
    INFO(file);
    CHECK_FALSE(fs::path(file).filename().string().starts_with("core"));
  }
}
