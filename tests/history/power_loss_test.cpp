// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <algorithm>
#include <optional>

#include "tests/history/history_fixture.hpp"
#include "tests/support/torn_vfs.hpp"

// What is left after the power failed, by a disk that loses and tears everything that was not
// synced (tests/support/torn_vfs.hpp).

namespace fs = std::filesystem;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::test::DiskOperation;
using dgx::test::make_completed;
using dgx::test::TempDir;
using dgx::test::TornVfs;

namespace {

// All that the public interface tells about the database.
std::string picture_of(HistoryStore& store) {
  std::string picture;
  const auto page = store.page({.page_size = 200});
  REQUIRE_OK(page);
  for (const auto& take : page->takes) {
    picture += take.id + " " + std::string(to_string(take.status)) + " " + take.receipt_json +
               (take.favourite ? " favourite " : " ") + take.error_message;
    if (!take.job_id.empty()) {
      const auto job = store.find_job(take.job_id);
      REQUIRE_OK(job);
      picture += std::string(" ") + std::string(to_string(job->status)) +
                 std::to_string(job->attempt) + job->completed_at;
    }
    picture += "\n";
  }
  const auto prompts = store.most_used_prompts(100);
  REQUIRE_OK(prompts);
  for (const auto& prompt : *prompts) {
    const auto found = store.page({.text = prompt.text});
    REQUIRE_OK(found);
    picture += prompt.text + std::to_string(prompt.used_count) + " found " +
               std::to_string(found->total) + "\n";
  }
  return picture;
}

// A history that grows and, after each commit that was acknowledged, what has to be there.
class Workload {
 public:
  Workload(const fs::path& file, TornVfs& disk) : file_(file), disk_(&disk) {}

  void run() {
    REQUIRE_OK(open());
    for (int round = 0; round < 12; ++round) {
      run_job(round);
      if (round % 3 == 1) checkpoint();
      if (round % 4 == 3) {
        store_.reset();
        REQUIRE_OK(open());
      }
    }
    store_.reset();
  }

  /// The pictures after the marks 0, 1, ...; a mark is set when the change has returned.
  [[nodiscard]] const std::vector<std::string>& pictures() const { return pictures_; }

 private:
  dgx::Status open() {
    auto store = HistoryStore::open(file_, OpenMode::kReadWrite);
    if (!store) return store.error();
    store_.emplace(*std::move(store));
    acknowledge();
    return dgx::ok();
  }

  void acknowledge() {
    disk_->mark(static_cast<std::int64_t>(pictures_.size()));
    pictures_.push_back(picture_of(*store_));
  }

  void change(const dgx::Status& done) {
    REQUIRE_OK(done);
    acknowledge();
  }

  void run_job(int round) {
    const auto job = dgx::test::make_job("prompt " + std::to_string(round % 5), 2);
    change(store_->add_job(job));
    change(store_->begin_job(job.id));
    auto take = make_completed(job.take_ids[0]);
    take.receipt_json.append(static_cast<std::size_t>(round) * 700, ' ');
    change(store_->complete_take(take));
    change(store_->set_favourite(take.take_id, true));
    if (round % 2 == 0) {
      change(store_->complete_take(make_completed(job.take_ids[1])));
      change(store_->complete_job(job.id));
    } else {
      change(store_->fail_job(job.id, {dgx::ErrorCode::kEngineHung, "no heartbeat"}));
    }
  }

  // Moves the log into the file, so that the next commit starts the log over.
  void checkpoint() const {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(file_.c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, "PRAGMA wal_checkpoint(RESTART)", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
    sqlite3_close(handle);
  }

  fs::path file_;
  TornVfs* disk_;
  std::optional<HistoryStore> store_{};
  std::vector<std::string> pictures_{};
};

// The last mark before operation `count`, -1 where there is none.
std::int64_t mark_before(const std::vector<DiskOperation>& operations, std::size_t count) {
  while (count-- > 0) {
    if (operations[count].kind == DiskOperation::Kind::kMark) return operations[count].offset;
  }
  return -1;
}

// Opens what is left and compares it with what was acknowledged: the change that was under way may
// have arrived or not, and nothing else.
void check_what_is_left(const fs::path& file, const std::vector<std::string>& pictures,
                        std::int64_t acknowledged) {
  auto store = HistoryStore::open(file, OpenMode::kReadWrite);
  REQUIRE_OK(store);
  REQUIRE_OK(store->check_integrity());
  const std::string picture = picture_of(*store);
  const auto before = static_cast<std::size_t>(std::max<std::int64_t>(acknowledged, 0));
  const bool is_before = picture == pictures[before];
  const bool is_after = before + 1 < pictures.size() && picture == pictures[before + 1];
  CAPTURE(acknowledged, picture, pictures[before]);
  REQUIRE((is_before || is_after));
  // And it goes on from there.
  dgx::test::add_completed_job(*store, "after the cut");
}

void cut_the_power(const std::string& first_content, std::uint64_t seed) {
  const TempDir temp;
  fs::create_directory(temp / "running");
  const fs::path file = temp / "running" / "history.db";
  if (!first_content.empty()) dgx::test::judge(file, first_content);
  TornVfs disk;
  disk.start_recording(temp / "running");
  Workload workload(file, disk);
  workload.run();
  const std::vector<DiskOperation> operations = disk.operations();
  REQUIRE(operations.size() > 500);

  const std::size_t cuts = dgx::test::long_tests() ? 5000 : 250;
  dgx::RandomStream random(seed, 0);
  for (std::size_t cut = 0; cut < cuts; ++cut) {
    // Half of the cuts at the beginning, where files are created and brought to the newest version.
    const std::size_t range = cut % 2 == 0 ? operations.size() : operations.size() / 8;
    const std::size_t count = random.below(static_cast<std::uint32_t>(range + 1));
    CAPTURE(seed, cut, count);
    const fs::path left = temp / ("left-" + std::to_string(cut));
    fs::create_directory(left);
    disk.power_cut(count, random, left);
    check_what_is_left(left / "history.db", workload.pictures(), mark_before(operations, count));
    fs::remove_all(left);
  }
}

}  // namespace

TEST_CASE("No acknowledged change is lost when the power fails, from the first file on",
          "[history]") {
  cut_the_power("", 3);
}

TEST_CASE("An upgrade is whole or has not begun when the power fails", "[history]") {
  cut_the_power(dgx::test::kVersion1Database, 14);
}
