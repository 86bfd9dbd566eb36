// SPDX-License-Identifier: Apache-2.0
// How long a page or a search of the history takes. Usage: dgx_bench_history [rows [folder]]
// The database is built through the public interface, in memory (/dev/shm) unless a folder is
// named, for a hundred thousand commits to a disk would take minutes and are not what is measured.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/ulid.hpp"
#include "generator/history/history_store.hpp"
#include "tests/bench/history_rows.hpp"

namespace {

namespace fs = std::filesystem;
using dgx::bench::expect;
using dgx::bench::kTakesOfAJob;
using dgx::bench::take_value;
using dgx::history::HistoryQuery;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 200;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Question {
  const char* name;
  HistoryQuery query;
};

/// `ask` gives the number of its hits.
template <typename Ask>
void measure(const char* name, const Ask& ask) {
  std::vector<double> times;
  std::int64_t total = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    total = ask();
    times.push_back(milliseconds_since(start));
  }
  std::sort(times.begin(), times.end());
  std::printf("| %-40s | %8lld | %8.2f | %8.2f |\n", name, static_cast<long long>(total),
              times[kRounds / 2], times[kRounds * 99 / 100]);
}

double median_of_opening(const fs::path& file, OpenMode mode) {
  std::vector<double> times;
  for (int round = 0; round < 11; ++round) {
    const auto start = Clock::now();
    const HistoryStore store = take_value(HistoryStore::open(file, mode));
    times.push_back(milliseconds_since(start));
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void report(const fs::path& file, int rows) {
  HistoryStore store = take_value(HistoryStore::open(file, OpenMode::kReadOnly));
  const std::int64_t last = rows / 20;
  const std::int64_t middle = std::max<std::int64_t>(1, last / 2);
  const std::vector<Question> questions = {
      {"page 1", {}},
      {"the page in the middle", {.page = middle}},
      {"the last page", {.page = last}},
      {"completed takes, the page in the middle", {.completed_only = true, .page = middle}},
      {"favourites, page 1", {.favourites_only = true}},
      {"one word, in 1 % of prompts", {.text = "theremin"}},
      {"one word, in 50 % of prompts", {.text = "piano"}},
      {"one word, in 50 %, its last page", {.text = "piano", .page = middle}},
      {"one word, in 50 %, completed, last page",
       {.text = "piano", .completed_only = true, .page = middle}},
      {"one letter that begins a word of all", {.text = "d"}},
      {"two words", {.text = "piano synthwave"}},
      {"a word nobody wrote", {.text = "zither"}},
      {"favourites with a word", {.text = "piano", .favourites_only = true}},
  };
  std::printf("| %-40s | %8s | %8s | %8s |\n", "query", "hits", "p50 ms", "p99 ms");
  std::printf("|---|---|---|---|\n");
  for (const Question& question : questions) {
    measure(question.name, [&] { return take_value(store.page(question.query)).total; });
  }
  measure("what takes use, and how many are rejects",
          [&] { return take_value(store.disk_use({})).rejects; });
  measure("50 rejects to discard",
          [&] { return static_cast<std::int64_t>(take_value(store.rejects({}, 50)).size()); });
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 100'000;
  expect(rows >= kTakesOfAJob, "usage: dgx_bench_history [rows [folder]]");
  const fs::path folder = argc > 2 ? fs::path(argv[2]) : fs::path("/dev/shm");
  const fs::path file = folder / ("dgx-bench-history-" + dgx::new_ulid() + ".db");
  const auto start = Clock::now();
  dgx::bench::write_history(file, rows);
  std::printf("%d takes written in %.1f s, %.0f MB\n\n", rows, milliseconds_since(start) / 1000,
              static_cast<double>(fs::file_size(file)) / 1e6);
  report(file, rows);
  std::printf("\nopening to read %.1f ms, to write (every page is checked) %.1f ms\n",
              median_of_opening(file, OpenMode::kReadOnly),
              median_of_opening(file, OpenMode::kReadWrite));
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix);
  return 0;
}
