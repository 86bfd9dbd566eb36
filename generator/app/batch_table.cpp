// SPDX-License-Identifier: Apache-2.0
#include "generator/app/batch_table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "generator/app/progress_line.hpp"
#include "generator/app/report.hpp"
#include "generator/app/terminal.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

using protocol::JobStatus;

constexpr std::size_t kMostRows = 10;
constexpr std::size_t kStateColumns = 26;

std::string state_of(const BatchEntry& entry) {
  if (entry.status == JobStatus::kPending) return step_words({0, {}, entry.waits});
  return phase_text(entry.progress.phase) + " " +
         std::to_string(std::lround(std::clamp(entry.fraction, 0.0, 1.0) * 100)) + " %";
}

std::string row_of(const BatchEntry& entry, std::size_t columns) {
  const std::string number = std::to_string(entry.number);
  const std::string head =
      std::string(number.size() < 5 ? 5 - number.size() : 0, ' ') + number + "  ";
  const std::string state = padded(cut_to(state_of(entry), kStateColumns - 1), kStateColumns);
  return cut_to(head + state + escaped_for_terminal(entry.prompt), columns);
}

std::string summary_of(const std::vector<BatchEntry>& entries) {
  const auto count = [&](auto&& is) {
    return std::to_string(std::count_if(entries.begin(), entries.end(), is));
  };
  const auto has = [](JobStatus status) {
    return [status](const BatchEntry& entry) { return !entry.error && entry.status == status; };
  };
  return count(has(JobStatus::kCompleted)) + " of " + std::to_string(entries.size()) + " done, " +
         count([](const BatchEntry& entry) { return entry.error.has_value(); }) + " failed, " +
         count(has(JobStatus::kPending)) + " waiting";
}

std::size_t rows_of_terminal() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 3) return kMostRows;
  return std::min<std::size_t>(kMostRows, size.ws_row - 1U);
}

}  // namespace

bool BatchEntry::is_open() const {
  return !error && (status == JobStatus::kPending || status == JobStatus::kProcessing);
}

std::vector<std::string> batch_rows(const std::vector<BatchEntry>& entries, int columns,
                                    std::size_t most_rows) {
  const auto width = static_cast<std::size_t>(columns - 1);
  std::vector<std::string> rows;
  for (const JobStatus status : {JobStatus::kProcessing, JobStatus::kPending}) {
    for (const BatchEntry& entry : entries) {
      if (rows.size() + 1 >= most_rows) break;
      if (entry.is_open() && entry.status == status) rows.push_back(row_of(entry, width));
    }
  }
  rows.push_back(cut_to(summary_of(entries), width));
  return rows;
}

void LiveTable::show(const std::vector<BatchEntry>& entries) {
  if (!terminal_.interactive) return;
  auto rows = batch_rows(entries, terminal_.columns, rows_of_terminal());
  if (rows == drawn_) return;
  clear();
  std::string text;
  for (const std::string& row : rows) text += styled(terminal_, Style::kAccent, row) + "\n";
  draw(text);
  drawn_ = std::move(rows);
}

void LiveTable::clear() {
  std::string text;
  for (std::size_t i = 0; i < drawn_.size(); ++i) text += "\x1b[1A\x1b[2K";
  draw(text);
  drawn_.clear();
}

}  // namespace dgx::app
