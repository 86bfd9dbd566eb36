// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dgx::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Messages below this level are dropped. Default: kWarning, or what DGX_MUSIC_LOG names
/// (debug, info, warning, error).
void set_level(Level level);

/// Writes one line to standard error, escaped so that no control character reaches a terminal.
/// Under systemd the line carries the journal's priority prefix. Threads: any; a line is one
/// write(2). Prompts and secrets are never passed here at kInfo and above.
void write(Level level, std::string_view message);

inline void debug(std::string_view message) {
  write(Level::kDebug, message);
}
inline void info(std::string_view message) {
  write(Level::kInfo, message);
}
inline void warning(std::string_view message) {
  write(Level::kWarning, message);
}
inline void error(std::string_view message) {
  write(Level::kError, message);
}

}  // namespace dgx::log
