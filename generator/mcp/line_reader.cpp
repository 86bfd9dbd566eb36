// SPDX-License-Identifier: Apache-2.0
#include "generator/mcp/line_reader.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dgx::mcp {

std::optional<Line> LineReader::take_line() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) {
    if (received_.size() > longest_) skipping_ = true;
    if (skipping_) received_.clear();
    return std::nullopt;
  }
  Line line;
  line.too_long = std::exchange(skipping_, false) || end > longest_;
  if (!line.too_long) line.text = received_.substr(0, end);
  received_.erase(0, end + 1);
  if (line.text.ends_with('\r')) line.text.pop_back();
  return line;
}

Result<std::optional<Line>> LineReader::next() {
  std::array<char, 65536> piece{};
  for (;;) {
    if (auto line = take_line()) return line;
    if (ended_) return std::optional<Line>{};
    const ssize_t count = ::read(fd_, piece.data(), piece.size());
    if (count > 0) {
      received_.append(piece.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      ended_ = true;
      if (!received_.empty() || skipping_) received_ += '\n';
    } else if (errno != EINTR) {
      return Error{ErrorCode::kIo, std::string("cannot read a line: ") + std::strerror(errno)};
    }
  }
}

}  // namespace dgx::mcp
