// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <csignal>
#include <cstring>

#include "tests/history/history_fixture.hpp"
#include "tests/history/processes.hpp"

// What happens when the world outside does not play along: locks and full disks.

namespace fs = std::filesystem;
using dgx::ErrorCode;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::history::OpenOptions;
using dgx::test::add_completed_job;
using dgx::test::in_child;
using dgx::test::judge;
using dgx::test::LockHolder;
using dgx::test::make_completed;
using dgx::test::make_job;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

constexpr OpenOptions kImpatient{std::chrono::milliseconds(60)};

HistoryStore open_impatiently(const fs::path& file) {
  auto store = HistoryStore::open(file, OpenMode::kReadWrite, kImpatient);
  REQUIRE_OK(store);
  return *std::move(store);
}

}  // namespace

TEST_CASE("A change waits for a lock as long as it was told to, then is refused and lost nothing",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  HistoryStore store = open_impatiently(file);
  const auto first = make_job("before");
  REQUIRE_OK(store.add_job(first));
  const auto second = make_job("during");
  {
    const LockHolder other(file);
    const auto start = std::chrono::steady_clock::now();
    for (const dgx::Status& refused :
         {store.add_job(second), store.begin_job(first.id), store.cancel_job(first.id)}) {
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == ErrorCode::kUnavailable);
      CHECK(refused.error().message.find(file.string()) != std::string::npos);
      CHECK(refused.error().message.find("60 ms") != std::string::npos);
    }
    CHECK(std::chrono::steady_clock::now() - start >= 3 * kImpatient.busy_timeout);
    // Reading goes on, in this store and in a new one.
    CHECK(store.find_job(first.id)->status == dgx::protocol::JobStatus::kPending);
    CHECK(open_impatiently(file).page({})->total == 1);
    CHECK(open_store(file, OpenMode::kReadOnly).page({})->total == 1);
  }
  REQUIRE_OK(store.add_job(second));
  REQUIRE_OK(store.begin_job(first.id));
  CHECK(store.page({})->total == 2);
}

TEST_CASE("An older database that somebody has locked is not upgraded, and not harmed",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  judge(file, dgx::test::kVersion1Database);
  {
    const LockHolder other(file);
    const auto store = HistoryStore::open(file, OpenMode::kReadWrite, kImpatient);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::kUnavailable);
  }
  CHECK(open_store(file).page({})->total == 2);
}

TEST_CASE("A full disk is told as such, harms nothing, and is over when there is room",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  { const HistoryStore store = open_store(file); }
  // A limit on the size of files is as near to a full disk as one gets without mounting one.
  const auto end = in_child([&file](int out) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = HistoryStore::open(file, OpenMode::kReadWrite);
    if (!store) return 1;
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{fs::file_size(file) + 1'000'000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    int added = 0;
    for (; added < 1000; ++added) {
      const auto done = store->add_job(make_job("prompt " + std::string(900, 'x')));
      if (done) continue;
      ::dprintf(out, "%s", done.error().message.c_str());
      if (done.error().code != ErrorCode::kDiskFull) return 2;
      break;
    }
    if (added < 5 || added == 1000) return 3;
    const auto again = store->add_job(make_job("still full " + std::string(900, 'x')));
    if (again || again.error().code != ErrorCode::kDiskFull) return 4;
    if (!store->page({}) || store->page({})->total != added) return 5;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (!store->add_job(make_job("room again"))) return 6;
    if (store->page({})->total != added + 1) return 7;
    return store->check_integrity() ? 0 : 8;
  });
  CHECK(end.exit_status == 0);
  CHECK(end.said == "there is no room on the disk for the history database " + file.string());
  HistoryStore store = open_store(file);
  REQUIRE_OK(store.check_integrity());
  CHECK(store.page({.text = "room"})->total == 1);
  CHECK(judge(file, "PRAGMA integrity_check") == "ok\n");
}

TEST_CASE("A history that finds no room when it is created is created later", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  const auto end = in_child([&file](int /*out*/) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{10'000, 10'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto store = HistoryStore::open(file, OpenMode::kReadWrite);
    return !store && store.error().code == ErrorCode::kDiskFull ? 0 : 1;
  });
  CHECK(end.exit_status == 0);
  HistoryStore store = open_store(file);
  add_completed_job(store, "warm Rhodes");
  REQUIRE_OK(store.check_integrity());
}
