// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_queue.hpp"

#include <fstream>

#include "generator/audio/wav_reader.hpp"
#include "generator/base/ulid.hpp"
#include "generator/jobs/scheduler.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;
using dgx::ErrorCode;
using dgx::jobs::JobQueue;
using dgx::jobs::RunningJob;
using dgx::jobs::Scheduler;
using dgx::test::fake_request;
using dgx::test::open_store;

namespace {

/// A queue, and a scheduler that runs what is in it without a pause between two attempts.
struct Workshop {
  dgx::test::TempDir data{};
  dgx::history::HistoryStore store = open_store(data.path());
  dgx::jobs::EngineSupervisor engine = dgx::test::fake_engine();
  JobQueue queue{store, engine, {.output = {data.path(), {}}}};
  std::function<void(const dgx::jobs::RunningJob&)> on_progress{};
  Scheduler scheduler{
      store, engine, {.jobs = {.output = {data.path(), {}}}, .back_off = {}}, [this] {
        const auto running = scheduler.running();
        if (running && on_progress) on_progress(*running);
      }};

  Job run(const GenerationRequest& request) {
    const auto submitted = queue.submit(request);
    REQUIRE_OK(submitted);
    CHECK(submitted->status == JobStatus::kPending);
    return run_queued(submitted->id);
  }
  Job run_queued(const std::string& id) {
    for (auto ran = scheduler.run_next(); ran && *ran; ran = scheduler.run_next()) {
    }
    const auto job = store.find_job(id);
    REQUIRE_OK(job);
    return *job;
  }
  Receipt receipt_of(const std::string& take_id) {
    const auto take = store.find_take(take_id);
    REQUIRE_OK(take);
    REQUIRE(take->status == JobStatus::kCompleted);
    const auto receipt = decode_receipt(take->receipt_json);
    REQUIRE_OK(receipt);
    return *receipt;
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (!fs::exists(data.path() / "takes")) return names;
    for (const auto& entry : fs::recursive_directory_iterator(data.path() / "takes")) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("A job leaves its files, its receipt and its row, and they agree", "[jobs]") {
  Workshop shop;
  auto request = fake_request("a plain tone");
  request.stems = true;
  request.key = "Cm";
  request.bpm = 84;
  const Job job = shop.run(request);
  REQUIRE(job.status == JobStatus::kCompleted);
  REQUIRE(job.take_ids.size() == 1);
  const Receipt receipt = shop.receipt_of(job.take_ids[0]);
  CHECK(receipt.prompt == "a plain tone");
  CHECK(receipt.seed == 7);
  CHECK(receipt.model.id == "fake");
  CHECK(receipt.frames == 48000);
  CHECK(shop.files().size() == 5);

  const fs::path wav = receipt.file_path;
  CHECK(wav.filename().string().starts_with("fake-tone-84-Cm-"));
  const auto clip = dgx::read_wav(wav);
  REQUIRE_OK(clip);
  CHECK(clip->frame_count() == 48000);
  const auto folder = dgx::Directory::open(wav.parent_path());
  const auto file = folder->open_file(wav.filename().string());
  REQUIRE_OK(file);
  CHECK(*dgx::wav_audio_sha256(file->get()) == receipt.audio_sha256);
  const auto beside = decode_receipt(text_of(fs::path(wav).replace_extension(".json")));
  REQUIRE_OK(beside);
  CHECK(encode(*beside) == encode(receipt));
}

TEST_CASE("The same seed and request give the same samples", "[jobs]") {
  Workshop shop;
  const auto hash = [&](std::int64_t seed) {
    auto request = fake_request("a plain tone");
    request.seed = seed;
    return shop.receipt_of(shop.run(request).take_ids[0]).audio_sha256;
  };
  const std::string first = hash(5);
  CHECK(hash(5) == first);
  CHECK(hash(6) != first);
}

TEST_CASE("Variations are takes of one job with following seeds", "[jobs]") {
  Workshop shop;
  auto request = fake_request("a plain tone");
  request.variations = 3;
  request.seed = kSeedCount - 1;
  const Job job = shop.run(request);
  REQUIRE(job.take_ids.size() == 3);
  CHECK(shop.receipt_of(job.take_ids[0]).seed == kSeedCount - 1);
  CHECK(shop.receipt_of(job.take_ids[1]).seed == 0);
  CHECK(shop.receipt_of(job.take_ids[2]).seed == 1);
  CHECK(shop.files().size() == 9);
}

TEST_CASE("What nobody said is decided at submit and recorded", "[jobs]") {
  Workshop shop;
  GenerationRequest request;
  request.prompt = "no model, no seed";
  const auto job = shop.queue.submit(request);
  REQUIRE_OK(job);
  CHECK(job->request.model == "fake");
  REQUIRE(job->request.seed);
  CHECK(*job->request.seed >= 0);
  CHECK(*job->request.seed < 1'000'000'000);
  CHECK(shop.queue.submit(request)->request.seed != job->request.seed);
}

TEST_CASE("A request that cannot work is refused and writes nothing", "[jobs]") {
  Workshop shop;
  const auto code = [&](const GenerationRequest& request) {
    const auto job = shop.queue.submit(request);
    REQUIRE_FALSE(job);
    return job.error().code;
  };
  auto request = fake_request("plain");
  request.model = "nothing";
  CHECK(code(request) == ErrorCode::kNotFound);
  request.model = "broken";
  CHECK(code(request) == ErrorCode::kCorrupt);
  request = fake_request("plain");
  request.variations = 9;
  CHECK(code(request) == ErrorCode::kInvalidArgument);
  request = fake_request("plain");
  request.output_dir = "/etc";
  CHECK(code(request) == ErrorCode::kInvalidArgument);
  CHECK(shop.store.page({})->total == 0);
  CHECK(shop.files().empty());
}

TEST_CASE("A crash is tried again, and a poisonous job is given up after three attempts",
          "[jobs]") {
  Workshop shop;
  const fs::path mark = shop.data.path() / "mark";
  ::setenv("DGX_FAKE_MARK", mark.c_str(), 1);
  const Job once = shop.run(fake_request("please abort once now"));
  CHECK(once.status == JobStatus::kCompleted);
  CHECK(once.attempt == 2);
  ::unsetenv("DGX_FAKE_MARK");

  const Job poison = shop.run(fake_request("please abort now"));
  CHECK(poison.status == JobStatus::kFailed);
  CHECK(poison.attempt == 3);
  REQUIRE(poison.error);
  CHECK(poison.error->code == ErrorCode::kAttemptsExhausted);
  CHECK(poison.error->message ==
        "gave up after 3 attempts; the last time the engine crashed with signal 6 (Aborted)");
  CHECK(shop.store.find_take(poison.take_ids[0])->status == JobStatus::kFailed);
  CHECK(shop.files().size() == 3);  // The first job's.
}

TEST_CASE("A cancelled job never reaches history and leaves no file", "[jobs]") {
  Workshop shop;
  shop.on_progress = [&](const RunningJob& running) {
    if (running.progress.step == 5) shop.scheduler.cancel(running.id);
  };
  const Job job = shop.run(fake_request("slow model"));
  CHECK(job.status == JobStatus::kCancelled);
  CHECK(shop.store.find_take(job.take_ids[0])->status == JobStatus::kCancelled);
  CHECK(shop.files().empty());
}

TEST_CASE("Cancelling takes back the variations that were completed, and their files", "[jobs]") {
  Workshop shop;
  std::size_t files_before = 0;
  shop.on_progress = [&](const RunningJob& running) {
    const bool first_done =
        running.progress.phase == Phase::kFinishing && running.progress.step == 2;
    if (!first_done || files_before > 0) return;
    files_before = shop.files().size();
    shop.scheduler.cancel(running.id);
  };
  auto request = fake_request("plain tone");
  request.variations = 2;
  const Job job = shop.run(request);
  CHECK(files_before == 3);
  CHECK(job.status == JobStatus::kCancelled);
  for (const std::string& id : job.take_ids) {
    const auto take = shop.store.find_take(id);
    CHECK(take->status == JobStatus::kCancelled);
    CHECK(take->file_path.empty());
  }
  CHECK(shop.files().empty());
}

TEST_CASE("What the model refuses is refused before a row is written", "[jobs]") {
  Workshop shop;
  const auto refused = shop.queue.submit(fake_request("refuse this"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "the fake model takes no such prompt");
  CHECK(refused.error().field == "prompt");
  CHECK(shop.store.page({})->total == 0);
}

TEST_CASE("A model that gives too few takes fails its job, and what it gave is kept", "[jobs]") {
  Workshop shop;
  auto request = fake_request("please short change me");
  request.variations = 2;
  const Job job = shop.run(request);
  CHECK(job.status == JobStatus::kFailed);
  CHECK(job.error->message == "the engine gave 1 takes, expected 2");
  CHECK(shop.store.find_take(job.take_ids[0])->status == JobStatus::kCompleted);
  CHECK(shop.store.find_take(job.take_ids[1])->status == JobStatus::kFailed);
}

TEST_CASE("A folder that vanishes between submit and run fails the job with its name", "[jobs]") {
  Workshop shop;
  fs::create_directory(shop.data.path() / "mine");
  auto request = fake_request("plain");
  request.output_dir = (shop.data.path() / "mine").string();
  const auto submitted = shop.queue.submit(request);
  REQUIRE_OK(submitted);
  fs::remove(shop.data.path() / "mine");
  const Job job = shop.run_queued(submitted->id);
  CHECK(job.status == JobStatus::kFailed);
  CHECK(job.error->message.find("mine") != std::string::npos);
}

TEST_CASE("The prompt can be kept out of the WAV", "[jobs]") {
  for (const bool embed : {true, false}) {
    Workshop shop;
    const auto submitted = shop.queue.submit_all({fake_request("a secret tone")}, embed);
    REQUIRE_OK(submitted);
    const Job job = shop.run_queued(submitted->front().id);
    const Receipt receipt = shop.receipt_of(job.take_ids[0]);
    CHECK((text_of(receipt.file_path).find("a secret tone") != std::string::npos) == embed);
  }
}
