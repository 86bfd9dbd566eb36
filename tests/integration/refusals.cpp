// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/refusals.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"
#include "tests/integration/judges.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {
namespace {

bool changes_direction(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

bool is_obeyed(char32_t c) {
  const bool control = (c < 0x20 && c != U'\n') || (c >= 0x7F && c <= 0x9F);
  return control || changes_direction(c);
}

}  // namespace

bool is_plain_text(const std::string& text) {
  for (std::size_t position = 0; position < text.size();) {
    const auto code_point = next_code_point(text, position);
    if (!code_point || is_obeyed(*code_point)) return false;
  }
  return true;
}

void check_refused(const Outcome& outcome, const std::vector<std::string>& words) {
  INFO("standard error: " << outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err.starts_with("dgx-music: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.ends_with('\n'));
  CHECK(is_plain_text(outcome.err));
  for (const std::string& word : words) {
    INFO("wanted: " << word);
    CHECK(outcome.err.find(word) != std::string::npos);
  }
}

void check_nothing_written(const Program& program) {
  CHECK(files_beneath(program.takes()).empty());
  if (!std::filesystem::exists(program.database())) return;
  CHECK(sqlite3_says(program.database(), "SELECT count(*) FROM jobs") == "0");
  CHECK(sqlite3_says(program.database(), "SELECT count(*) FROM generations") == "0");
}

}  // namespace dgx::test
