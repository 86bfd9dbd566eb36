// SPDX-License-Identifier: Apache-2.0
// What a person can get wrong on the command line. What is wrong around the program is in
// bad_place_test.cpp.
#include <filesystem>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;

namespace {

using Words = std::vector<std::string>;

struct BadRequest {
  Words arguments;  ///< After "generate"
  Words expected;   ///< What the sentence has to name
};

void check_all_refused(const std::vector<BadRequest>& requests) {
  const Program program;
  for (const BadRequest& request : requests) {
    Words arguments = {"generate"};
    arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
    std::string shown;
    for (const std::string& argument : arguments) shown += argument.substr(0, 60) + " ";
    INFO(shown);
    check_refused(program.run(arguments), request.expected);
  }
  CHECK_FALSE(std::filesystem::exists(program.data()));
}

struct NumericFlag {
  const char* flag;
  const char* range;
  const char* below;
  const char* above;
  bool whole;
};

constexpr std::array kNumericFlags = {
    NumericFlag{"--duration", "1 to 300 seconds", "0.999", "300.001", false},
    NumericFlag{"--bars", "1 to 128 bars", "0", "129", true},
    NumericFlag{"--bpm", "30 to 300 BPM", "29.99", "300.01", false},
    NumericFlag{"--variations", "1 to 8 takes", "0", "9", true},
    NumericFlag{"--seed", "0 to 9007199254740991", "-1", "9007199254740992", true},
    NumericFlag{"--loudness-lufs", "-40 to -5 LUFS", "-40.1", "-4.9", false},
    NumericFlag{"--true-peak-dbtp", "-9 to 0 dBTP", "-9.1", "0.1", false},
    NumericFlag{"--sample-rate", "44100 to 192000 Hz", "44099", "192001", true},
};

// The field's name in messages: the flag without its dashes.
std::string field_of(const std::string& flag) {
  std::string name = flag.substr(2);
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

}  // namespace

TEST_CASE("Every number out of its range is refused with field, range and value", "[integration]") {
  std::vector<BadRequest> requests;
  for (const NumericFlag& flag : kNumericFlags) {
    const Words expected = {field_of(flag.flag), flag.range};
    const auto add = [&](const std::string& value, const std::string& shown) {
      Words wanted = expected;
      wanted.push_back("got " + shown);
      requests.push_back({{"house", flag.flag, value}, wanted});
    };
    add(flag.below, flag.below);
    add(flag.above, flag.above);
    add("nan", "\"nan\"");
    add("inf", "\"inf\"");
    add("1e309", "\"1e309\"");
    add("-1e309", "\"-1e309\"");
    add("9223372036854775808", "9.223372036854776e+18");  // 2^63
    add("1e9", flag.flag == std::string("--seed") ? "" : "1");
    add("0x10", "\"0x10\"");
    add("", "\"\"");
    add("twelve", "\"twelve\"");
    add("\x1b[31m", "\"\\x1b[31m\"");
    if (std::string(flag.range).starts_with("-")) continue;
    add("-1", "-1");
    if (flag.whole && flag.flag != std::string("--sample-rate")) add("2.5", "2.5");
  }
  // A seed of 10^9 is a good one.
  std::erase_if(requests, [](const BadRequest& request) {
    return request.arguments[1] == "--seed" && request.arguments[2] == "1e9";
  });
  check_all_refused(requests);
}

TEST_CASE("Prompts that cannot be are refused", "[integration]") {
  const std::string range = "prompt must be 3 to 1000 characters";
  // A kernel passes no longer argument than 128 KiB; a megabyte never reaches the program.
  const std::string longest(128 * 1024 - 1, 'a');
  check_all_refused({
      {{""}, {range, "got nothing"}},
      {{}, {range, "got nothing"}},
      {{"ab"}, {range, "got 2"}},
      {{"      "}, {range}},
      {{std::string(1001, 'a')}, {range, "got 1001"}},
      {{longest}, {range, "got 131071"}},
      {{"caf\xE9 jazz"}, {"prompt must be UTF-8", "caf\\xe9 jazz"}},
      {{"\xFF\xFE\xFD"}, {"prompt must be UTF-8", "\\xff\\xfe\\xfd"}},
      {{"\xC0\xAF\xC0\xAF"}, {"prompt must be UTF-8"}},     // Overlong
      {{"abc\xED\xA0\x80"}, {"prompt must be UTF-8"}},      // Half of a surrogate pair
      {{"abc\xF4\x90\x80\x80"}, {"prompt must be UTF-8"}},  // Beyond U+10FFFF
      {{"red \x1b[31m house"}, {"prompt must not hold", "control characters", "\\x1b[31m"}},
      {{"two\nlines"}, {"prompt must not hold", "control characters"}},
      {{"bell \x07 bell"}, {"prompt must not hold", "control characters", "\\x07"}},
      {{"C1 \xC2\x9B 31m"}, {"prompt must not hold", "control characters"}},
      {{"rub\x7Fout"}, {"prompt must not hold", "control characters"}},
  });
}

TEST_CASE("Words of the command line that mean nothing are refused by name", "[integration]") {
  check_all_refused({
      {{"house", "--bogus"}, {"--bogus"}},
      {{"house", "--\x1b[31m"}, {"\\x1b[31m"}},
      {{"house", "music"}, {"music"}},
      {{"house", "--bpm"}, {"--bpm"}},
      {{"house", "--key", "H"}, {"key must be A to G", "got \"H\""}},
      {{"house", "--key", "Cm\x1b"}, {"key must be A to G", "\\x1b"}},
      {{"house", "--key", "\xFF"}, {"key must be UTF-8"}},
      {{"house", "--time-signature", "4/5"}, {"time_signature", "2, 4, 8 or 16", "got \"4/5\""}},
      {{"house", "--time-signature", "17/4"}, {"time_signature", "1 to 16", "got \"17/4\""}},
      {{"house", "--time-signature", "0/4"}, {"time_signature", "1 to 16", "got \"0/4\""}},
      {{"house", "--time-signature", "4"}, {"time_signature", "got \"4\""}},
      {{"house", "--bit-depth", "20"}, {"bit_depth must be 16, 24 or 32f", "got \"20\""}},
      {{"house", "--model", "../../etc/passwd"}, {"model must be", "got \"../../etc/passwd\""}},
      {{"house", "--model", "a/b"}, {"model must be", "got \"a/b\""}},
      {{"house", "--model", ".."}, {"model must be", "got \"..\""}},
      {{"house", "--model", ""}, {"model must be", "got \"\""}},
  });
  const Program program;
  check_refused(program.run({"\x1b[31m"}), {"dgx-music: "});
  check_refused(program.run({"history", "--page", "0"}), {"--page", "0", "1 to "});
  check_refused(program.run({"history", "--page-size", "201"}), {"--page-size", "201", "1 to 200"});
  check_refused(program.run({"history", "--page", "\x1b[31m"}), {"--page", "\\x1b"});
  check_refused(program.run({"show"}), {"take_id"});
  CHECK_FALSE(std::filesystem::exists(program.data()));
}

TEST_CASE("Lengths that contradict or pass 300 s are refused", "[integration]") {
  check_all_refused({
      {{"house", "--bars", "4", "--duration", "9"}, {"4 bars and 9 seconds"}},
      {{"house", "--bars", "128", "--bpm", "100"},
       {"at most 300 seconds", "128 bars of 4/4 at 100 BPM", "307.2 seconds"}},
      {{"house", "--bars", "101", "--bpm", "80", "--time-signature", "4/4"},
       {"at most 300 seconds", "101 bars", "303 seconds"}},
      {{"house", "--bars", "128", "--bpm", "300", "--time-signature", "16/4"},
       {"at most 300 seconds", "128 bars of 16/4 at 300 BPM", "409.6 seconds"}},
  });
}

TEST_CASE("Bars that pass 300 s at a tempo that only the model knows are refused",
          "[integration]") {
  const Program program;
  const auto habit = program.run({"generate", "ambient", "--bars", "128"});
  INFO(habit.err);
  CHECK(habit.exit_code == 2);
  CHECK(habit.err.find("at most 300 seconds, got 128 bars") != std::string::npos);
  const auto said = program.run({"generate", "house, 60 BPM", "--bars", "128"});
  INFO(said.err);
  CHECK(said.exit_code == 2);
  CHECK(said.err.find("128 bars of 4/4 at 60 BPM, which last 512 seconds") != std::string::npos);
  CHECK(files_beneath(program.takes()).empty());
  CHECK(sqlite3_says(program.database(), "SELECT count(*) FROM jobs") == "0");
}

TEST_CASE("Where to place a take is refused before the take is made", "[integration]") {
  check_all_refused({
      {{"house", "--insert", "--at", "bar:0"}, {"at must be playhead", "got \"bar:0\""}},
      {{"house", "--insert", "--track", ""}, {"track must have 1 to 200"}},
      {{"house", "--at", "bar:1"}, {"--at requires --insert"}},
  });
}

TEST_CASE("A take that cannot be placed is made, shown once, and told", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto outcome =
      program.run({"generate", "a plain tone", "--duration", "1", "--insert", "--json"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find(" is made, but is not placed: no Ardour session is open") !=
        std::string::npos);
  CHECK(outcome.out.find("{\"job_id\":") == 0);
  CHECK(outcome.out.find('\n') == outcome.out.size() - 1);
  CHECK(program.run({"insert", "latest"}).err.find("no Ardour session") != std::string::npos);
}

TEST_CASE("An unknown model is refused with the list of those there are", "[integration]") {
  const Program program;
  const auto outcome = program.run({"generate", "house", "--model", "musicgen-huge"});
  check_refused(outcome, {"model must be one of", "(sketch)", "got musicgen-huge"});
  check_nothing_written(program);
}

TEST_CASE("With --json a refusal is an object as well", "[integration]") {
  const Program program;
  const auto outcome = program.run({"generate", "house", "--bpm", "9", "--json"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "dgx-music: bpm must be 30 to 300 BPM, got 9\n");
  CHECK(outcome.out ==
        "{\"error\":{\"code\":\"invalid_argument\","
        "\"message\":\"bpm must be 30 to 300 BPM, got 9\",\"field\":\"bpm\"}}\n");
}

TEST_CASE("A command line that cannot be read is told what is wrong with it", "[integration]") {
  const Program program;
  const auto refusal = [&](const Words& words) {
    const Outcome outcome = program.run(words);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(refusal({}) == "dgx-music: a command is missing; dgx-music --help lists them\n");
  CHECK(refusal({"models"}) ==
        "dgx-music: a command is missing; dgx-music models --help lists them\n");
  CHECK(refusal({"generat", "house"}) ==
        "dgx-music: there is no command 'generat'; dgx-music --help lists them\n");
  CHECK(refusal({"generate", "house", "--seconds", "12"}) ==
        "dgx-music: there is no option --seconds; dgx-music generate --help lists them\n");
  CHECK(refusal({"generate", "lo-fi", "hip", "hop"}) ==
        "dgx-music: 'hip' was not expected: words that belong together need quotes\n");
  CHECK(refusal({"show"}) == "dgx-music: take_id is required\n");
  CHECK_THAT(refusal({"generate", "x\x1b[2J", "y\x1b[2J"}), !Catch::Contains("\x1b"));
}
