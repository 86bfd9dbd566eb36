// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/recovery.hpp"

#include <fstream>

#include "generator/base/ulid.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/jobs/publisher.hpp"
#include "generator/jobs/take_files.hpp"
#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;

namespace {

/// A data folder as a process leaves it that was killed in the middle of a job.
struct Wreck {
  dgx::test::TempDir data{};
  dgx::jobs::OutputRules rules{data.path(), {}};
  dgx::Result<dgx::history::HistoryStore> store = dgx::history::HistoryStore::open(
      data.path() / "history.db", dgx::history::OpenMode::kReadWrite);
  Job job{};

  explicit Wreck(int takes) {
    REQUIRE_OK(store);
    job.id = dgx::new_ulid();
    job.created_at = dgx::now_rfc3339();
    job.request = dgx::test::fake_request("a plain tone");
    job.request.variations = takes;
    for (int i = 0; i < takes; ++i) job.take_ids.push_back(dgx::new_ulid());
    REQUIRE_OK(store->add_job(job));
    REQUIRE_OK(store->begin_job(job.id));
  }

  // What the export chain does, up to the row.
  Receipt publish(int take) {
    const auto folder = dgx::jobs::open_output_folder(std::nullopt, rules);
    dgx::jobs::TakeContent content;
    content.audio.mix = {48000, 2, std::vector<float>(9600, 0.25F)};
    content.midi_file = {'M', 'T'};
    content.name_words = {"fake"};
    content.receipt.take_id = job.take_ids[static_cast<std::size_t>(take)];
    content.receipt.job_id = job.id;
    content.receipt.request = job.request;
    content.receipt.model.id = "fake";
    auto receipt = dgx::jobs::write_take_files(*folder, std::move(content));
    REQUIRE_OK(receipt);
    return *receipt;
  }
  Job recovered() {
    REQUIRE_OK(dgx::jobs::resume_job(*store, rules, *store->find_job(job.id)));
    return *store->find_job(job.id);
  }
  JobStatus take_status(int take) {
    return store->find_take(job.take_ids[static_cast<std::size_t>(take)])->status;
  }
};

}  // namespace

TEST_CASE("A take that was published but not written down is taken into the history", "[jobs]") {
  Wreck wreck(1);
  const Receipt receipt = wreck.publish(0);
  CHECK(wreck.recovered().status == JobStatus::kCompleted);
  const auto take = wreck.store->find_take(wreck.job.take_ids[0]);
  CHECK(take->status == JobStatus::kCompleted);
  CHECK(take->file_path == receipt.file_path);
}

TEST_CASE("A job of which only some takes were published is queued again, and keeps those",
          "[jobs]") {
  Wreck wreck(2);
  wreck.publish(0);
  const Job job = wreck.recovered();
  CHECK(job.status == JobStatus::kPending);
  CHECK(job.attempt == 0);
  CHECK(wreck.take_status(0) == JobStatus::kCompleted);
  CHECK(wreck.take_status(1) == JobStatus::kPending);
}

TEST_CASE("Files of a take that was published in part are kept aside", "[jobs]") {
  Wreck wreck(1);
  const Receipt receipt = wreck.publish(0);
  fs::remove(receipt.file_path);  // The WAV becomes visible last, so a kill can leave this.
  CHECK(wreck.recovered().status == JobStatus::kPending);
  const fs::path takes = wreck.data.path() / "takes";
  CHECK(fs::exists(takes / ".quarantine" /
                   fs::path(receipt.file_path).replace_extension(".json").filename()));
  CHECK(fs::exists(takes / ".quarantine" / fs::path(*receipt.midi_path).filename()));
  CHECK(std::distance(fs::directory_iterator(takes), {}) == 1);
}

TEST_CASE("A WAV whose samples are not the receipt's is not taken in", "[jobs]") {
  Wreck wreck(1);
  const Receipt receipt = wreck.publish(0);
  {
    std::fstream file(receipt.file_path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-5, std::ios::end);
    file.put('\x55');
  }
  CHECK(wreck.recovered().status == JobStatus::kPending);
  CHECK_FALSE(fs::exists(receipt.file_path));
}

TEST_CASE("Temporary files of the take go, those of others stay", "[jobs]") {
  Wreck wreck(1);
  const fs::path temporary = wreck.data.path() / "takes" / ".tmp";
  fs::create_directories(temporary);
  std::ofstream(temporary / (wreck.job.take_ids[0] + ".wav")) << "half";
  std::ofstream(temporary / "01ARZ3NDEKTSV4RRFFQ69G5FAV.wav") << "another's";
  CHECK(wreck.recovered().status == JobStatus::kPending);
  CHECK_FALSE(fs::exists(temporary / (wreck.job.take_ids[0] + ".wav")));
  CHECK(fs::exists(temporary / "01ARZ3NDEKTSV4RRFFQ69G5FAV.wav"));
}
