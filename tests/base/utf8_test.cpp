// SPDX-License-Identifier: Apache-2.0
#include "generator/base/utf8.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace std::string_literals;

TEST_CASE("Well-formed UTF-8 is accepted", "[base]") {
  for (const std::string& text : {""s, "plain"s, "Grüße, 世界, 🎹"s, "\0"s, "\xF4\x8F\xBF\xBF"s}) {
    CAPTURE(text);
    CHECK(dgx::is_utf8(text));
  }
}

TEST_CASE("Ill-formed UTF-8 is refused", "[base]") {
  const std::string overlong = "\xC0\xAF";
  const std::string surrogate = "\xED\xA0\x80";
  const std::string beyond = "\xF4\x90\x80\x80";
  const std::string truncated = "abc\xE4\xB8";
  const std::string stray = "\x80";
  const std::string latin1 = "caf\xE9 noir";
  for (const auto& text : {overlong, surrogate, beyond, truncated, stray, latin1}) {
    CHECK_FALSE(dgx::is_utf8(text));
  }
}

TEST_CASE("Code points are counted, not bytes", "[base]") {
  CHECK(dgx::count_code_points("Grüße 🎹") == 7);
}

TEST_CASE("Text for a terminal holds no control character and no change of direction", "[base]") {
  CHECK(dgx::escaped_for_terminal("\x1b[31mred\n") == "\\x1b[31mred\\x0a");
  CHECK(dgx::escaped_for_terminal("\xC2\x9B"
                                  "31m") == "\\x9b31m");  // C1 control sequence introducer
  CHECK(dgx::escaped_for_terminal("a\u202Eb") == "a\\u202eb");
  CHECK(dgx::escaped_for_terminal("\xFFok") == "\\xffok");
  CHECK(dgx::escaped_for_terminal("Grüße 世界") == "Grüße 世界");
}

TEST_CASE("Appending a code point gives what reading takes", "[base]") {
  for (const char32_t c : {U'a', U'ü', U'世', U'🎹', U'\U0010FFFF'}) {
    std::string text;
    dgx::append_utf8(text, c);
    std::size_t position = 0;
    CHECK(dgx::next_code_point(text, position) == c);
    CHECK(position == text.size());
  }
}
