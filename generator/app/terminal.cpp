// SPDX-License-Identifier: Apache-2.0
#include "generator/app/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

std::string_view sequence(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kAccent:
      return "\x1b[38;5;105m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kError:
      return "\x1b[31m";
  }
  return "";
}

// The line that the cursor is in.
constexpr std::string_view kErase = "\r\x1b[2K";

}  // namespace

Terminal inspect_terminal(int fd) {
  Terminal terminal;
  const char* kind = std::getenv("TERM");
  const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
  terminal.interactive = ::isatty(fd) == 1 && !dumb;
  // no-color.org: any value but the empty one.
  const char* no_color = std::getenv("NO_COLOR");
  terminal.color = terminal.interactive && (no_color == nullptr || *no_color == '\0');
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = std::clamp<int>(size.ws_col, 40, 200);
  }
  return terminal;
}

std::string styled(const Terminal& terminal, Style style, std::string_view text) {
  if (!terminal.color || style == Style::kPlain) return std::string(text);
  return std::string(sequence(style)) + std::string(text) + "\x1b[0m";
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t used = count_code_points(text);
  if (used < columns) text.append(columns - used, ' ');
  return text;
}

void print_line(int fd, std::string_view line) {
  std::string text(line);
  text += '\n';
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t count = ::write(fd, rest.data(), rest.size());
    if (count <= 0) return;  // Nobody reads any more; there is nowhere to say so.
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

void draw(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

void LiveLine::show(std::string_view text) {
  draw(std::string(kErase).append(text));
  shown_ = true;
}

void LiveLine::clear() {
  if (shown_) draw(kErase);
  shown_ = false;
}

}  // namespace dgx::app
