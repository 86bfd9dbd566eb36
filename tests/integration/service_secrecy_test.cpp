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
