// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dgx::app {

/// What a stream leads to.
struct Terminal {
  bool interactive = false;  ///< A person sees it as it is written
  bool color = false;        ///< interactive, and NO_COLOR is not set
  int columns = 80;
};

Terminal inspect_terminal(int fd);

enum class Style { kPlain, kBold, kDim, kAccent, kWarning, kError };

/// `text` in a style, where the terminal has colours; the text itself has to be escaped already.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

/// `text` with blanks after it, up to so many columns.
std::string padded(std::string text, std::size_t columns);

/// Writes one line to standard output or standard error.
void print_line(int fd, std::string_view line);

/// Writes to standard error what is drawn on a terminal. One that is gone shows nothing, and the
/// work goes on.
void draw(std::string_view text);

/// A line at the foot of a terminal, on standard error, that is drawn over until it is cleared.
class LiveLine {
 public:
  /// `text` has to be escaped already, and no wider than the terminal.
  void show(std::string_view text);
  void clear();

 private:
  bool shown_ = false;
};

}  // namespace dgx::app
