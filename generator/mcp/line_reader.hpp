// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "generator/base/result.hpp"

namespace dgx::mcp {

/// A line without its end. Of one that is longer than allowed nothing is kept.
struct Line {
  std::string text{};
  bool too_long = false;
};

/// Reads lines from a descriptor that stays the caller's. A line is never longer in memory than
/// `longest` bytes and one piece, whatever is sent.
/// Threads: one at a time.
class LineReader {
 public:
  LineReader(int fd, std::size_t longest) : fd_(fd), longest_(longest) {}

  /// Waits for the next line; nothing at the end of the stream. What stands behind the last line
  /// end is a line, too.
  Result<std::optional<Line>> next();

 private:
  std::optional<Line> take_line();

  int fd_;
  std::size_t longest_;
  std::string received_{};
  bool skipping_ = false;  // In a line that is too long
  bool ended_ = false;
};

}  // namespace dgx::mcp
