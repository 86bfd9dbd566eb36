// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "generator/app/history_file.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/app/terminal.hpp"
#include "generator/app/transfer.hpp"
#include "generator/backup/backup.hpp"
#include "generator/backup/restore.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

/// Draws over one line on a terminal; says nothing elsewhere, where the result is what counts.
class BackupProgress {
 public:
  void show(const std::string& step, std::int64_t done, std::int64_t total) {
    if (!terminal_.interactive) return;
    std::string text = step + " " + std::to_string(done);
    if (total > 0) text += " of " + std::to_string(total);
    line_.show(text);
  }
  void clear() { line_.clear(); }
  backup::Progress sink() {
    return [this](const std::string& step, std::int64_t done, std::int64_t total) {
      show(step, done, total);
    };
  }

 private:
  Terminal terminal_ = inspect_terminal(STDERR_FILENO);
  LiveLine line_{};
};

std::string megabytes(std::int64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text.data();
}

}  // namespace

int run_backup(const std::string& file) {
  const Interrupts interrupts;
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  BackupProgress progress;
  const auto summary =
      backup::write_backup(history_file(*settings), file, progress.sink(), interrupts.token());
  progress.clear();
  if (!summary) return report_error(summary.error(), false);
  for (const std::string& warning : summary->warnings) {
    print_line(STDERR_FILENO, "dgx-music: " + escaped_for_terminal(warning));
  }
  print_line(STDOUT_FILENO, "Backed up " + counted(summary->takes, "take") + " in " +
                                counted(summary->files, "file") + ", " + megabytes(summary->bytes) +
                                ", and the history to " + escaped_for_terminal(file));
  return 0;
}

int run_restore(const std::string& file) {
  const Interrupts interrupts;
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  if (Status left = dismiss_idle_service(*settings); !left) {
    return report_error(left.error(), false);
  }
  BackupProgress progress;
  const auto on_wait = [] {
    print_line(STDERR_FILENO, "waiting for another dgx-music on the same data folder to finish");
  };
  const auto summary = backup::restore_backup(file, settings->places.data, on_wait, progress.sink(),
                                              interrupts.token());
  progress.clear();
  if (!summary) return report_error(summary.error(), false);
  print_line(STDOUT_FILENO, "Restored " + counted(summary->takes, "take") + " in " +
                                counted(summary->files, "file") + " and the history to " +
                                escaped_for_terminal(settings->places.data.string()));
  if (summary->moved > 0) {
    print_line(STDOUT_FILENO, counted(summary->moved, "take") +
                                  " lay elsewhere when the backup was made; the history says "
                                  "where they are now");
  }
  if (summary->lost > 0) {
    print_line(STDERR_FILENO, "dgx-music: the files of " + counted(summary->lost, "take") +
                                  " were lost before the backup was made");
  }
  return 0;
}

}  // namespace dgx::app
