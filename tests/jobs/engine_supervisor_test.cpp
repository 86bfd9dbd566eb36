// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/engine_supervisor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using namespace std::chrono_literals;
using dgx::ErrorCode;
using dgx::jobs::EngineSupervisor;
using dgx::test::fake_engine;
using dgx::test::fake_request;

namespace {

struct Outcome {
  dgx::Result<ModelDescription> result;
  std::vector<dgx::model::RenderedTake> takes{};
  int steps = 0;
};

Outcome render(EngineSupervisor& engine, const GenerationRequest& request,
               const std::stop_token& stop = {}) {
  Outcome outcome{dgx::Error{}};
  outcome.result = engine.render(
      "01ARZ3NDEKTSV4RRFFQ69G5FAV", request,
      [&](dgx::model::RenderedTake&& take) {
        outcome.takes.push_back(std::move(take));
        return dgx::ok();
      },
      [&](const Progress&) { ++outcome.steps; }, stop);
  return outcome;
}

void check_next_job_works(EngineSupervisor& engine) {
  const auto next = render(engine, fake_request("plain"));
  REQUIRE_OK(next.result);
  CHECK(next.takes.size() == 1);
}

pid_t only_child() {
  const std::string self = std::to_string(::getpid());
  std::ifstream children("/proc/self/task/" + self + "/children");
  pid_t child = -1;
  REQUIRE(children >> child);
  return child;
}

}  // namespace

TEST_CASE("The engine tells its models and why others cannot be used", "[jobs]") {
  auto engine = fake_engine();
  const auto models = engine.models();
  REQUIRE_OK(models);
  REQUIRE(models->models.size() == 1);
  CHECK(models->models[0].identity.id == "fake");
  REQUIRE(models->unavailable.size() == 1);
  CHECK(models->unavailable[0].error.message == "the weights of broken are damaged");
}

TEST_CASE("Takes arrive whole and in order, with parts, MIDI and progress", "[jobs]") {
  auto engine = fake_engine();
  auto request = fake_request("plain");
  request.variations = 3;
  request.stems = true;
  request.duration = 12.5;  // Longer than one audio frame holds.
  const auto outcome = render(engine, request);
  REQUIRE_OK(outcome.result);
  REQUIRE(outcome.takes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& take = outcome.takes[i];
    CHECK(take.index == static_cast<std::int64_t>(i));
    CHECK(take.seed == 7 + static_cast<std::int64_t>(i));
    CHECK(take.mix.frame_count() == 400'000);
    CHECK(take.mix.sample_rate == 32000);
    REQUIRE(take.parts.size() == 2);
    CHECK(take.parts[1].name == "high");
    CHECK(take.midi_file.size() == 14);
  }
  CHECK(outcome.takes[0].mix.samples != outcome.takes[1].mix.samples);
  CHECK(outcome.steps > 30);
}

TEST_CASE("A crash costs the job, is told in words, and the next job works", "[jobs]") {
  auto engine = fake_engine();
  const auto message = [&](const char* prompt) {
    const auto outcome = render(engine, fake_request(prompt));
    REQUIRE_FALSE(outcome.result);
    CHECK(outcome.result.error().code == ErrorCode::kEngineCrashed);
    check_next_job_works(engine);
    return outcome.result.error().message;
  };
  CHECK(message("please abort now") == "the engine crashed with signal 6 (Aborted)");
  CHECK(message("please exit now") == "the engine left with exit code 7");
  CHECK(message("please kill now") ==
        "the engine was killed from outside, most likely because memory ran out");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The sanitizers take this signal for themselves.
  CHECK(message("please crash now") == "the engine crashed with signal 11 (Segmentation fault)");
#endif
}

TEST_CASE("An engine that went while it was idle is replaced, and nobody is told", "[jobs]") {
  auto engine = fake_engine();
  check_next_job_works(engine);
  const pid_t gone = only_child();
  REQUIRE(::kill(gone, SIGKILL) == 0);
  siginfo_t end{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(gone), &end, WEXITED | WNOWAIT) == 0);
  REQUIRE_OK(engine.models());
  check_next_job_works(engine);
  CHECK(only_child() != gone);
}

TEST_CASE("An engine that is stopped or stuck is ended at its deadline", "[jobs]") {
  auto engine = fake_engine();
  const auto began = std::chrono::steady_clock::now();
  const auto stopped = render(engine, fake_request("please stop now"));
  REQUIRE_FALSE(stopped.result);
  CHECK(stopped.result.error().code == ErrorCode::kEngineHung);
  CHECK(stopped.result.error().message == "the engine hung: it sent nothing for 1.5 s");
  CHECK(std::chrono::steady_clock::now() - began < 3500ms);
  check_next_job_works(engine);

  const auto stuck = render(engine, fake_request("please hang now"));
  REQUIRE_FALSE(stuck.result);
  CHECK(stuck.result.error().message == "the engine made no progress for 2.5 s");
  check_next_job_works(engine);
}

TEST_CASE("What the engine reports itself is handed on, and it stays up", "[jobs]") {
  auto engine = fake_engine();
  const auto memory = render(engine, fake_request("all memory gone"));
  REQUIRE_FALSE(memory.result);
  CHECK(memory.result.error().code == ErrorCode::kOutOfMemory);
  const auto thrown = render(engine, fake_request("please throw now"));
  REQUIRE_FALSE(thrown.result);
  CHECK(thrown.result.error().message == "the model failed: the tensors disagree");
  auto broken = fake_request("plain");
  broken.model = "broken";
  CHECK(render(engine, broken).result.error().code == ErrorCode::kCorrupt);
  broken.model = "unknown";
  CHECK(render(engine, broken).result.error().message ==
        "model must be one of the installed models (fake, broken), got unknown");
  check_next_job_works(engine);
}

TEST_CASE("A cancel is answered within half a second, by a model that listens or not", "[jobs]") {
  for (const char* prompt : {"slow model", "please hang now"}) {
    CAPTURE(prompt);
    auto engine = fake_engine();
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const auto result = engine.render(
        "01ARZ3NDEKTSV4RRFFQ69G5FAV", fake_request(prompt),
        [](dgx::model::RenderedTake&&) { return dgx::ok(); },
        [&](const Progress& progress) {
          if (progress.step != 5) return;
          asked = std::chrono::steady_clock::now();
          stop.request_stop();
        },
        stop.get_token());
    const auto waited = std::chrono::steady_clock::now() - asked;
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::kCancelled);
    CHECK(waited < 500ms);
    check_next_job_works(engine);
  }
}

TEST_CASE("A sink that refuses a take ends the job with its reason", "[jobs]") {
  auto engine = fake_engine();
  auto request = fake_request("plain");
  request.variations = 8;
  int takes = 0;
  const auto result = engine.render(
      "01ARZ3NDEKTSV4RRFFQ69G5FAV", request,
      [&](dgx::model::RenderedTake&&) -> dgx::Status {
        ++takes;
        return dgx::Error{ErrorCode::kDiskFull, "no room"};
      },
      [](const Progress&) {}, {});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::kDiskFull);
  CHECK(takes == 1);
  check_next_job_works(engine);
}

TEST_CASE("An engine that is missing, mute, of another version or mad is told apart", "[jobs]") {
  EngineSupervisor missing({"/nowhere/dgx-music-engine", {}});
  CHECK(missing.models().error().code == ErrorCode::kMissingDependency);
  CHECK(missing.models().error().message.find("/nowhere/dgx-music-engine") != std::string::npos);
  auto other = fake_engine({"--version-9"});
  CHECK(other.models().error().message == "the engine must speak protocol version 1, got 9");
  auto mad = fake_engine({"--garbage"});
  CHECK(mad.models().error().code == ErrorCode::kCorrupt);
  EngineSupervisor mute({DGX_BINARY_DIR "/bin/dgx-fake-engine", {"--mute"}}, {.start = 300ms});
  CHECK(mute.models().error().code == ErrorCode::kEngineHung);
}
