// SPDX-License-Identifier: Apache-2.0
#include "generator/mcp/line_reader.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "generator/base/unique_fd.hpp"
#include "tests/support/catch.hpp"

using dgx::UniqueFd;
using dgx::mcp::LineReader;

namespace {

/// The lines of a stream; "too long" stands for one that is.
std::vector<std::string> lines_of(const std::string& stream, std::size_t longest) {
  const UniqueFd file(::memfd_create("lines", MFD_CLOEXEC));
  REQUIRE(::pwrite(file.get(), stream.data(), stream.size(), 0) ==
          static_cast<ssize_t>(stream.size()));
  LineReader reader(file.get(), longest);
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader.next();
    REQUIRE_OK(line);
    if (!line->has_value()) return lines;
    lines.push_back((*line)->too_long ? "too long" : (*line)->text);
  }
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Lines are read without their ends, the last one also without an end", "[mcp]") {
  CHECK(lines_of("", 10).empty());
  CHECK(lines_of("one\ntwo\r\n\nlast", 10) == Lines{"one", "two", "", "last"});
}

TEST_CASE("A line that is too long is passed over, and the next one is read", "[mcp]") {
  const std::size_t length = GENERATE(std::size_t{11}, std::size_t{65'536}, std::size_t{300'000});
  CHECK(lines_of(std::string(length, 'x') + "\nnext\n", 10) == Lines{"too long", "next"});
  CHECK(lines_of(std::string(length, 'x'), 10) == Lines{"too long"});
}

TEST_CASE("A line of exactly the longest length is read", "[mcp]") {
  CHECK(lines_of(std::string(10, 'x') + "\n", 10) == Lines{std::string(10, 'x')});
}
