// SPDX-License-Identifier: Apache-2.0
#include "generator/app/report.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::app;

TEST_CASE("Lengths, levels and counts are written as musicians read them", "[app]") {
  CHECK(length_text(11.43) == "11.4 s");
  CHECK(length_text(65) == "1 min 05 s");
  CHECK(one_decimal(-16.04) == "-16.0");
  CHECK(one_decimal(-0.04) == "0.0");
  CHECK(counted(0, "take") == "0 takes");
  CHECK(counted(1, "take") == "1 take");
}

TEST_CASE("Text is cut between characters, never inside one", "[app]") {
  CHECK(cut_to("Grüße aus Köln", 14) == "Grüße aus Köln");
  CHECK(cut_to("Grüße aus Köln", 4) == "Grü…");
  CHECK(dgx::is_utf8(cut_to("世界世界世界", 3)));
}

TEST_CASE("Lines are broken at blanks and lose no word", "[app]") {
  const auto lines = wrapped("a warm lo-fi beat with a verylongwordthatdoesnotfit at the end", 12);
  std::string joined;
  for (const std::string& line : lines) {
    CHECK((line.size() <= 12 || line.find(' ') == std::string::npos));
    joined += (joined.empty() ? "" : " ") + line;
  }
  CHECK(joined == "a warm lo-fi beat with a verylongwordthatdoesnotfit at the end");
  CHECK(wrapped("", 12) == std::vector<std::string>{""});
}

TEST_CASE("A take's facts hold no control character, whatever its receipt says", "[app]") {
  dgx::protocol::Receipt receipt;
  receipt.file_path = "/tmp/\x1b[31mx.wav";
  receipt.prompt = "a \x1b[2J b \u202E c";
  receipt.key = "\x1b]0;x\x07";
  receipt.choices = {{"\x1b", "\x9b", "prompt"}};
  receipt.ignored_words = {"\x1b"};
  receipt.warnings = {"\x1b"};
  receipt.model.notice = "\x1b";
  receipt.tempo.bars = 4;
  receipt.tempo.time_signature = "\x1b";
  for (const std::string& line : describe_take({false, false, 80}, receipt)) {
    CAPTURE(line);
    CHECK(
        std::none_of(line.begin(), line.end(), [](char c) { return c == '\x1b' || c == '\x07'; }));
    CHECK(line.find("\u202E") == std::string::npos);
    CHECK(dgx::is_utf8(line));
  }
}

TEST_CASE("The model's notice and licence are shown wherever a take is", "[app]") {
  dgx::protocol::Receipt receipt;
  receipt.model = {"musicgen-small", "1", "", "CC-BY-NC-4.0", "Not for commercial use."};
  std::string all;
  for (const std::string& line : describe_take({false, false, 80}, receipt)) all += line + "\n";
  CHECK(all.find("musicgen-small 1, CC-BY-NC-4.0. Not for commercial use.") != std::string::npos);
}
