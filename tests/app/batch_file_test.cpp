// SPDX-License-Identifier: Apache-2.0
#include "generator/app/batch_file.hpp"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::app::BatchLimits;
using dgx::app::BatchLine;
using dgx::app::read_batch_file;
using dgx::app::read_batch_lines;

namespace {

std::vector<BatchLine> lines_of(const std::string& text, const std::string& source = "/a.txt") {
  auto lines = read_batch_lines(text, source);
  REQUIRE_OK(lines);
  return *std::move(lines);
}

std::string key_of(const BatchLine& line) {
  REQUIRE_OK(line.request);
  return line.request->idempotency_key.value_or("");
}

std::string refusal_of(const BatchLine& line) {
  REQUIRE_FALSE(line.request.has_value());
  return line.request.error().message;
}

}  // namespace

TEST_CASE("A text file is one prompt a line, without empty lines and remarks", "[app]") {
  const auto lines =
      lines_of("\xEF\xBB\xBF# album\r\n\r\n  warm pads \r\n\t\n# more\nrain\n{brace}");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].number == 3);
  CHECK(lines[0].request->prompt == "warm pads");
  CHECK(lines[1].number == 6);
  CHECK(lines[1].request->prompt == "rain");
  CHECK(lines[2].request->prompt == "{brace}");
}

TEST_CASE("JSON Lines hold the fields of the parameter table", "[app]") {
  const std::string text = "{\"prompt\": \"warm pads\", \"bars\": 4, \"bpm\": 90}\n";
  for (const std::string source : {"/a.jsonl", "/a.ndjson", "/a", "-"}) {
    const auto lines = lines_of(text, source);
    REQUIRE(lines.size() == 1);
    REQUIRE_OK(lines[0].request);
    CHECK(lines[0].request->bars == 4);
    CHECK(lines[0].request->bpm == 90.0);
  }
  CHECK(lines_of(text, "/a.txt")[0].request->prompt.starts_with("{"));
}

TEST_CASE("A wrong line is told with the field and the range, and the others stay", "[app]") {
  const auto lines = lines_of(
      "{\"prompt\": \"rain\"}\n"
      "{\"prompt\": \"rain\", \"duration\": 900}\n"
      "{\"prompt\": \"rain\", \"tempo\": 90}\n"
      "{\"prompt\": \"rain\"\n"
      "[1]\n"
      "{\"bars\": 4}\n"
      "{\"prompt\": \"\xFF\xFF\xFF\"}\n"
      "{\"prompt\": \"wind\"}\n",
      "/a.jsonl");
  REQUIRE(lines.size() == 8);
  REQUIRE_OK(lines[0].request);
  CHECK(refusal_of(lines[1]) == "duration must be 1 to 300 seconds, got 900");
  CHECK(refusal_of(lines[2]) == "no field is called \"tempo\"");
  CHECK(lines[3].request.error().code == ErrorCode::kMalformed);
  CHECK(refusal_of(lines[4]) == "a request must be a JSON object");
  CHECK(refusal_of(lines[5]).find("prompt must be") == 0);
  CHECK_FALSE(lines[6].request.has_value());
  REQUIRE_OK(lines[7].request);
}

TEST_CASE("Lines that are too long, too deep or not UTF-8 are refused by themselves", "[app]") {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  const auto json = lines_of("{\"prompt\": " + deep + "}\n{\"prompt\": \"rain\"}\n", "/a.jsonl");
  CHECK(json[0].request.error().code == ErrorCode::kMalformed);
  REQUIRE_OK(json[1].request);

  const auto text = lines_of(std::string(1'000'000, 'x') + "\nra\xC3\x28in\nno\n" +
                             std::string(1001, 'x') + "\nrain\n");
  REQUIRE(text.size() == 5);
  CHECK(refusal_of(text[0]) == "a line must be at most 65536 bytes, got 1000000");
  CHECK(refusal_of(text[1]).find("prompt must be UTF-8") == 0);
  CHECK(refusal_of(text[2]).find("prompt must be 3 to 1000 characters") == 0);
  CHECK_FALSE(text[3].request.has_value());
  REQUIRE_OK(text[4].request);
}

TEST_CASE("A file without a request, or with more than the queue holds, is refused", "[app]") {
  for (const std::string text : {"", "\n\n", "# nothing yet\n"}) {
    const auto empty = read_batch_lines(text, "/a.txt");
    REQUIRE_FALSE(empty.has_value());
    CHECK(empty.error().message == "/a.txt holds no request");
  }
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "rain\n";
  const auto refused = read_batch_lines(many, "-");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "standard input must hold at most 1000 requests, got 1001");
}

TEST_CASE("A key stays with its request when lines come, go and move", "[app]") {
  const auto before = lines_of("rain\nwind\n");
  const auto after = lines_of("# new\nsnow\nwind\n\nrain\n");
  CHECK(key_of(before[0]) == key_of(after[2]));
  CHECK(key_of(before[1]) == key_of(after[1]));
  CHECK(key_of(before[0]) != key_of(before[1]));
  CHECK(key_of(before[0]).size() <= 64);
  CHECK(key_of(lines_of("rain", "/b.txt")[0]) != key_of(before[0]));
}

TEST_CASE("Equal lines ask for as many takes, and each has a key of its own", "[app]") {
  const auto twice = lines_of("rain\nrain\n");
  CHECK(key_of(twice[0]) != key_of(twice[1]));
  CHECK(key_of(lines_of("rain\n")[0]) == key_of(twice[0]));
}

TEST_CASE("A key in the file is kept", "[app]") {
  const auto lines = lines_of(
      "{\"prompt\": \"rain\", \"idempotency_key\": \"mine\"}\n{\"prompt\": \"rain\"}", "/a.jsonl");
  CHECK(key_of(lines[0]) == "mine");
  CHECK(lines[0].has_own_key);
  CHECK_FALSE(lines[1].has_own_key);
}

TEST_CASE("What is no file is refused and not waited for", "[app]") {
  const dgx::test::TempDir temp;
  const auto reason = [](const std::filesystem::path& file) {
    const auto text = read_batch_file(file.string(), {.file_bytes = 10});
    REQUIRE_FALSE(text.has_value());
    return text.error().message.substr(file.string().size());
  };
  CHECK(reason(temp / "missing") == " cannot be read: No such file or directory");
  CHECK(reason(temp.path()) == " cannot be read: it is not a regular file");
  REQUIRE(::mkfifo((temp / "pipe").c_str(), 0600) == 0);
  CHECK(reason(temp / "pipe") == " cannot be read: it is not a regular file");
  std::ofstream(temp / "large") << "rain and wind";
  CHECK(reason(temp / "large") == " cannot be read: it must be at most 10 bytes");
}
