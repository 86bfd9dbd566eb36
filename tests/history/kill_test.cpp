// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>
#include <sstream>

#include "tests/history/history_fixture.hpp"
#include "tests/history/processes.hpp"
#include "tests/support/torn_vfs.hpp"

// kill -9 at every place where SQLite is about to change something on the disk: a child process
// counts those places and kills itself at one of them.

namespace fs = std::filesystem;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::protocol::Job;
using dgx::protocol::JobStatus;
using dgx::test::ChildEnd;
using dgx::test::in_child;
using dgx::test::judge;
using dgx::test::open_store;
using dgx::test::TempDir;
using dgx::test::TornVfs;

namespace {

// Runs `work` in a child that dies just before change number `at` of the disk. What a killed
// process has written stays, synced or not, so that the disk need not sync.
ChildEnd kill_at(TornVfs& disk, int at, const std::function<int(int)>& work) {
  return in_child([&disk, at, &work](int out) {
    int left = at;
    disk.before_each([&left] {
      if (left-- == 0) std::raise(SIGKILL);
    });
    return work(out);
  });
}

// How many changes of the disk there are in `work`.
int count_changes(TornVfs& disk, const std::function<int(int)>& work) {
  const ChildEnd end = in_child([&disk, &work](int out) {
    int changes = 0;
    disk.before_each([&changes] { ++changes; });
    const int status = work(::open("/dev/null", O_WRONLY));
    ::dprintf(out, "%d", changes);
    return status;
  });
  REQUIRE(end.exit_status == 0);
  return std::stoi(end.said);
}

int open_and_close(const fs::path& file) {
  return HistoryStore::open(file, OpenMode::kReadWrite) ? 0 : 1;
}

// The version with the number of its tables and indices, and all that the original had in rows.
constexpr const char* kOutline =
    "PRAGMA user_version; PRAGMA application_id; SELECT count(*) FROM sqlite_schema;";
constexpr const char* kRows =
    "SELECT id, prompt, model_name, model_version, duration_seconds, sample_rate, channels,"
    " file_path, file_size_bytes, status, created_at, completed_at, generation_time_seconds,"
    " error_message, metadata FROM generations ORDER BY id; SELECT * FROM prompts ORDER BY id;";
const std::string kVersion2Outline = "2\n1145526381\n21\n";
const std::string kVersion3Outline = "3\n1145526381\n25\n";
const std::string kVersion4Outline = "4\n1145526381\n31\n";

// Kills the opening of copies of a database at places all over its upgrade; the outside judge has
// to find the state before, or one after a whole migration.
void kill_upgrades(const std::string& before, const char* question,
                   const std::vector<std::string>& whole_states) {
  const TempDir temp;
  TornVfs disk;
  const auto prepare = [&](const std::string& name) {
    if (!before.empty()) dgx::test::write_bytes(temp / name, before);
    return temp / name;
  };
  const fs::path counted = prepare("counted.db");
  const int changes = count_changes(disk, [&](int) { return open_and_close(counted); });
  REQUIRE(changes > 20);
  const std::string finished = judge(counted, question);
  std::map<std::string, int> seen;
  const int kills = dgx::test::long_tests() ? 1000 : 100;
  for (int kill = 0; kill < kills; ++kill) {
    const int at = kill * changes / kills;
    CAPTURE(kill, at);
    const fs::path file = prepare("killed-" + std::to_string(kill) + ".db");
    const ChildEnd end = kill_at(disk, at, [&file](int) { return open_and_close(file); });
    REQUIRE(end.signal == SIGKILL);
    const std::string content = judge(file, question);
    CAPTURE(content);
    const bool is_whole =
        content == finished || std::count(whole_states.begin(), whole_states.end(), content) == 1;
    REQUIRE(is_whole);
    ++seen[content];
    REQUIRE_OK(open_store(file).check_integrity());
    REQUIRE(judge(file, question) == finished);
  }
  CHECK(seen.size() == whole_states.size() + 1);  // Every state was met: the test is not vacuous.
}

int rank_of(const Job& job, HistoryStore& store) {
  const auto found = store.find_job(job.id);
  if (!found) return 0;
  switch (found->status) {
    case JobStatus::kPending:
      return 1;
    case JobStatus::kProcessing:
      return store.find_take(job.take_ids[0])->status == JobStatus::kCompleted ? 3 : 2;
    case JobStatus::kCompleted:
      return 4;
    default:
      return -1;
  }
}

// Takes the jobs one after another from nothing to completed, and says so after each step.
int work_on(const fs::path& file, const std::vector<Job>& jobs, int out) {
  auto store = HistoryStore::open(file, OpenMode::kReadWrite);
  if (!store) return 1;
  for (const Job& job : jobs) {
    const auto acknowledge = [&](const dgx::Status& done) {
      return done && ::dprintf(out, "%s\n", job.id.c_str()) > 0;
    };
    if (!acknowledge(store->add_job(job))) return 2;
    if (!acknowledge(store->begin_job(job.id))) return 3;
    if (!acknowledge(store->complete_take(dgx::test::make_completed(job.take_ids[0])))) return 4;
    if (!acknowledge(store->complete_job(job.id))) return 5;
  }
  return 0;
}

std::vector<Job> make_jobs() {
  std::vector<Job> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(dgx::test::make_job("job " + std::to_string(i)));
  return jobs;
}

}  // namespace

TEST_CASE("A kill in the middle of an upgrade leaves the old version or the new one", "[history]") {
  const TempDir temp;
  judge(temp / "old.db", dgx::test::kVersion1Database);
  const std::string question = std::string(kOutline) + kRows;
  const std::string rows = judge(temp / "old.db", kRows);
  REQUIRE(rows.size() > 200);
  kill_upgrades(dgx::test::read_bytes(temp / "old.db"), question.c_str(),
                {judge(temp / "old.db", question), kVersion2Outline + rows, kVersion3Outline + rows,
                 kVersion4Outline + rows});
}

TEST_CASE("A kill while the history is created leaves nothing or a whole version", "[history]") {
  // Version 1 has two tables with four indices; its id is ours.
  kill_upgrades(
      "", kOutline,
      {"0\n0\n0\n", "1\n1145526381\n6\n", kVersion2Outline, kVersion3Outline, kVersion4Outline});
}

TEST_CASE("A kill in the middle of a change leaves it undone or whole, and acknowledged ones stay",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  TornVfs disk;
  { const HistoryStore store = open_store(file); }
  const int changes = count_changes(
      disk, [&file](int out) { return work_on(file, make_jobs(), out) == 0 ? 0 : 1; });
  std::int64_t total = open_store(file).page({})->total;
  const int kills = dgx::test::long_tests() ? 5000 : 100;
  int begun_and_not_acknowledged = 0;
  for (int kill = 0; kill < kills; ++kill) {
    const int at = kill * changes / kills;
    CAPTURE(kill, at);
    const std::vector<Job> jobs = make_jobs();
    const ChildEnd end = kill_at(disk, at, [&](int out) { return work_on(file, jobs, out); });
    REQUIRE(end.signal == SIGKILL);
    std::map<std::string, int> acknowledged;
    std::istringstream lines(end.said);
    for (std::string id; std::getline(lines, id);) ++acknowledged[id];

    HistoryStore store = open_store(file);
    for (const Job& job : jobs) {
      const int rank = rank_of(job, store);
      REQUIRE((rank == acknowledged[job.id] || rank == acknowledged[job.id] + 1));
      if (rank != acknowledged[job.id]) ++begun_and_not_acknowledged;
      if (rank > 0) ++total;
    }
    REQUIRE(store.page({})->total == total);
    REQUIRE(store.page({.text = "job"})->total == total);
  }
  REQUIRE_OK(open_store(file).check_integrity());
  CHECK(begun_and_not_acknowledged > 0);
}
