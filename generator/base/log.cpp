// SPDX-License-Identifier: Apache-2.0
#include "generator/base/log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "generator/base/environment.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::log {
namespace {

Level level_from_environment() {
  const std::string name = environment("DGX_MUSIC_LOG");
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "error") return Level::kError;
  return Level::kWarning;
}

std::atomic<Level>& threshold() {
  static std::atomic<Level> level{level_from_environment()};
  return level;
}

// Priorities of syslog(3), as the journal reads them at the start of a line.
std::string_view journal_prefix(Level level) {
  switch (level) {
    case Level::kDebug:
      return "<7>";
    case Level::kInfo:
      return "<6>";
    case Level::kWarning:
      return "<4>";
    case Level::kError:
      return "<3>";
  }
  return "<6>";
}

std::string_view plain_prefix(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug: ";
    case Level::kInfo:
      return "";
    case Level::kWarning:
      return "warning: ";
    case Level::kError:
      return "error: ";
  }
  return "";
}

// systemd.exec(5): the variable names device and inode of the journal's stream. Programs of a
// session inherit it, so that it says nothing about a stream that was led elsewhere since.
bool standard_error_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat facts {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &facts) == 0 &&
         stream == std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino);
}

}  // namespace

void set_level(Level level) {
  threshold().store(level);
}

void write(Level level, std::string_view message) {
  if (level < threshold().load()) return;
  static const bool to_journal = standard_error_is_journal();
  std::string line{to_journal ? journal_prefix(level) : plain_prefix(level)};
  line += escaped_for_terminal(message);
  line += '\n';
  // A log line that cannot be written has nowhere to be reported.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dgx::log
