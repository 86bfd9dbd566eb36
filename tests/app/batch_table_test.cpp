// SPDX-License-Identifier: Apache-2.0
#include "generator/app/batch_table.hpp"

#include "generator/base/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::app::batch_rows;
using dgx::app::BatchEntry;

namespace {

BatchEntry entry(std::int64_t number, JobStatus status, const std::string& prompt = "rain") {
  BatchEntry made;
  made.number = number;
  made.prompt = prompt;
  made.job_id = "01";
  made.status = status;
  return made;
}

}  // namespace

TEST_CASE("The table shows what is rendered, what waits, and how many there are", "[app]") {
  std::vector<BatchEntry> entries = {entry(1, JobStatus::kCompleted), entry(2, JobStatus::kPending),
                                     entry(30, JobStatus::kProcessing),
                                     entry(4, JobStatus::kFailed)};
  entries[2].fraction = 0.416;
  entries[2].progress.phase = Phase::kGenerating;
  entries[3].error = dgx::Error{dgx::ErrorCode::kInternal, "no", {}};
  CHECK(batch_rows(entries, 80, 10) ==
        std::vector<std::string>{"   30  generating 42 %           rain",
                                 "    2  waiting                   rain",
                                 "1 of 4 done, 1 failed, 1 waiting"});
}

TEST_CASE("The table says why a line waits", "[app]") {
  std::vector<BatchEntry> entries = {entry(1, JobStatus::kPending), entry(2, JobStatus::kPending),
                                     entry(3, JobStatus::kPending)};
  entries[0].waits = "waits while Ardour plays";
  entries[1].waits = "waits while a host of many words plays";
  CHECK(batch_rows(entries, 80, 10) ==
        std::vector<std::string>{
            "    1  waits while Ardour plays  rain", "    2  waits while a host of ma… rain",
            "    3  waiting                   rain", "0 of 3 done, 0 failed, 3 waiting"});
}

TEST_CASE("The table is never wider or higher than its terminal", "[app]") {
  const std::vector<BatchEntry> entries(
      50, entry(1, JobStatus::kPending, "\x1b[31m" + std::string(300, 'x')));
  for (const int columns : {40, 80, 200}) {
    const auto rows = batch_rows(entries, columns, 5);
    CHECK(rows.size() == 5);
    for (const std::string& row : rows) {
      CHECK(dgx::count_code_points(row) < static_cast<std::size_t>(columns));
      CHECK(row.find('\x1b') == std::string::npos);
    }
  }
}
