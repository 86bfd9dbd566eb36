// SPDX-License-Identifier: Apache-2.0
// The process ends at each step of a job, one after another; the next one comes to the same end.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "generator/jobs/scheduler.hpp"
#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;

namespace {

constexpr int kFault = 137;

/// Runs the queue to its end, or up to its step number `fault`; gives the exit code of a process.
int run_queue(const fs::path& data, int fault, std::set<std::string>* steps) {
  auto store = HistoryStore::open(data / "history.db", OpenMode::kReadWrite);
  if (!store) return 1;
  auto engine = dgx::test::fake_engine();
  int step = 0;
  dgx::jobs::SchedulerOptions options;
  options.jobs.output = {data, {}};
  options.jobs.on_step = [&](std::string_view name) {
    if (steps != nullptr) steps->insert(std::string(name));
    if (++step == fault) ::_exit(kFault);
  };
  dgx::jobs::Scheduler scheduler(*store, engine, options);
  if (!scheduler.recover()) return 2;
  for (;;) {
    const auto ran = scheduler.run_next();
    if (!ran) return 3;
    if (!*ran) return 0;
  }
}

int run_in_child(const fs::path& data, int fault) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(run_queue(data, fault, nullptr));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::size_t files_beneath(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("A service that ends at any step of a job leaves nothing that the next cannot finish",
          "[jobs]") {
  int faults = 0;
  for (int fault = 1;; ++fault) {
    INFO("step " << fault);
    REQUIRE(fault < 100);
    const dgx::test::TempDir data;
    std::vector<std::string> jobs;
    {
      auto store = HistoryStore::open(data.path() / "history.db", OpenMode::kReadWrite);
      auto engine = dgx::test::fake_engine();
      dgx::jobs::JobQueue queue(*store, engine, {.output = {data.path(), {}}});
      for (int i = 0; i < 2; ++i) {
        auto request = dgx::test::fake_request("a plain tone");
        request.variations = 2;
        jobs.push_back(queue.submit(request)->id);
      }
    }
    const int ended = run_in_child(data.path(), fault);
    if (ended == 0) break;
    REQUIRE(ended == kFault);
    ++faults;
    std::set<std::string> steps;
    REQUIRE(run_queue(data.path(), 0, &steps) == 0);
    auto store = HistoryStore::open(data.path() / "history.db", OpenMode::kReadWrite);
    REQUIRE_OK(store->check_integrity());
    for (const std::string& id : jobs) {
      const auto job = store->find_job(id);
      CHECK(job->status == JobStatus::kCompleted);
      CHECK(job->attempt <= 3);
    }
    CHECK(files_beneath(data.path() / "takes") == 12);
    if (fault == 1) {
      CHECK(steps == std::set<std::string>{"claimed", "rendered", "fsynced", "renamed", "committed",
                                           "notified"});
    }
  }
  CHECK(faults == 2 * (2 + 2 * 4));  // claimed and notified once a job, the others once a take.
}
