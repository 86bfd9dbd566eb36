// SPDX-License-Identifier: Apache-2.0
// A card that is kept free while a host plays: what each door says of the jobs that wait for it.
#include <chrono>
#include <string>

#include "generator/protocol/codec.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;

namespace {

/// Programs whose models compute on a card, or so the engine says.
void keep_card_free(Program& program) {
  program.use_fake_engine();
  program.environment["DGX_MUSIC_DEVICE"] = "cuda:0";
  program.environment["DGX_MUSIC_GPU_FREE_WHILE_ROLLING"] = "true";
}

void tell(const Program& program, bool rolling) {
  REQUIRE_OK(client_of(program).report_transport({"a", "Ardour", rolling}));
}

/// Asks until the runner has come to the job, soon after it was acknowledged; "" after 4 s.
std::string why_it_waits(const dgx::client::GeneratorClient& client, const std::string& job_id) {
  const auto patient_until = Running::Clock::now() + std::chrono::seconds(4);
  while (Running::Clock::now() < patient_until) {
    const auto job = client.job(job_id);
    if (job && job->waits) return *job->waits;
  }
  return {};
}

}  // namespace

TEST_CASE("While a host plays a job waits for the card, and each door says why", "[integration]") {
  Program program;
  keep_card_free(program);
  const Running service = start_service(program);
  const auto client = client_of(program);
  const auto view = client.report_transport({"a", "Ardour", true});
  CHECK((view && view->free_while_rolling && view->lease_seconds == 5));
  const auto job = client.generate(tone("a plain tone"));
  REQUIRE(job.has_value());
  CHECK(why_it_waits(client, job->job_id) == "waits while Ardour plays");
  CHECK(program.run({"queue"}).out.find("pending, waits while Ardour plays") != std::string::npos);
  CHECK(program.run({"status"}).out.find("GPU kept free while Ardour plays") != std::string::npos);
  CHECK(client.health()->gpu.status == "held");
  const auto metrics = run_command("curl -s --unix-socket " + program.socket().string() +
                                   " http://localhost/metrics");
  CHECK(metrics.output.find("dgx_music_gpu_held 1\n") != std::string::npos);
  CHECK(client.report_transport({"a", "Ardour", false}).has_value());
  wait_until_done(program, {job->job_id});
  check_whole(program, 1);
}

TEST_CASE("A host that died while it played blocks the queue for five seconds", "[integration]") {
  Program program;
  keep_card_free(program);
  const Running service = start_service(program);
  const auto client = client_of(program);
  REQUIRE_OK(client.report_transport({"a", "Ardour", true}));
  const auto said = Running::Clock::now();
  const auto job = client.generate(tone("a plain tone"));
  REQUIRE_OK(job);
  wait_until_done(program, {job->job_id});
  CHECK(Running::Clock::now() - said >= std::chrono::seconds(5));
}

TEST_CASE("While a host plays generate says why it waits, and makes the take when it stops",
          "[integration]") {
  Program program;
  keep_card_free(program);
  const Running service = start_service(program);
  const std::vector<std::string> command = {"generate", "a plain tone", "--duration", "1"};
  tell(program, true);
  Running piped = program.start(command);
  REQUIRE(piped.wait_for_error("waits while Ardour plays\n"));
  tell(program, true);
  Running shown = program.start_on_terminal(command, 80);
  REQUIRE(shown.wait_for_output("waits while Ardour plays"));
  tell(program, false);
  CHECK(piped.wait().exit_code == 0);
  CHECK(shown.wait().exit_code == 0);
  check_whole(program, 2);
}

TEST_CASE("While a host plays the table of a batch says why its lines wait", "[integration]") {
  Program program;
  keep_card_free(program);
  const Running service = start_service(program);
  const auto file = program.home() / "evening.txt";
  write_file(file, "a plain tone\nthe next tone\n");
  tell(program, true);
  Running batch = program.start_on_terminal({"batch", file.string()}, 80);
  REQUIRE(batch.wait_for_output("    1  waits while Ardour plays  a plain tone"));
  REQUIRE(batch.wait_for_output("    2  waits while Ardour plays  the next tone"));
  tell(program, false);
  CHECK(batch.wait().exit_code == 0);
  check_whole(program, 2);
}
