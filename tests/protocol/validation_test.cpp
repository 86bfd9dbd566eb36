// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/validation.hpp"

#include <cmath>
#include <limits>

#include "generator/protocol/codec.hpp"
#include "generator/protocol/number_text.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using namespace std::string_literals;
using dgx::ErrorCode;

namespace {

dgx::Status set(std::string_view name, const FieldValue& value) {
  GenerationRequest request;
  return set_field(request, *find_parameter(name), value);
}

dgx::Status set_text(std::string_view name, std::string_view text) {
  const auto value = parse_field(*find_parameter(name), text);
  return value ? set(name, *value) : dgx::Status(value.error());
}

}  // namespace

TEST_CASE("Messages name the field, the range and the value", "[protocol]") {
  const auto message = [](std::string_view name, std::string_view text) {
    const auto status = set_text(name, text);
    REQUIRE_FALSE(status);
    CHECK(status.error().field == name);
    return status.error().message;
  };
  CHECK(message("duration", "900") == "duration must be 1 to 300 seconds, got 900");
  CHECK(message("bpm", "29.5") == "bpm must be 30 to 300 BPM, got 29.5");
  CHECK(message("bpm", "nan") == "bpm must be 30 to 300 BPM, got \"nan\"");
  CHECK(message("bpm", "1e309") == "bpm must be 30 to 300 BPM, got \"1e309\"");
  CHECK(message("bars", "3.5") == "bars must be a whole number of 1 to 128 bars, got 3.5");
  CHECK(message("bars", "four") == "bars must be 1 to 128 bars, got \"four\"");
  CHECK(message("bit_depth", "8") == "bit_depth must be 16, 24 or 32f, got \"8\"");
  CHECK(message("seed", "9007199254740992") ==
        "seed must be 0 to 9007199254740991, got 9007199254740992");
  CHECK(message("model", "../x") ==
        "model must be 1 to 64 of a-z, 0-9, '.', '_' and '-', got \"../x\"");
  CHECK(message("prompt", "") == "prompt must be 3 to 1000 characters, got nothing");
}

// Scorecard row 20, over the table itself: a new row is tested the day it is added.
TEST_CASE("Every numeric field takes its ends and refuses everything beyond", "[protocol]") {
  constexpr double kHuge = 9223372036854775808.0;  // 2^63
  for (const Parameter& parameter : kParameters) {
    if (parameter.kind != kNumber && parameter.kind != kInteger) continue;
    CAPTURE(parameter.name);
    CHECK(set(parameter.name, parameter.minimum).has_value());
    CHECK(set(parameter.name, parameter.maximum).has_value());
    for (const double outside : {parameter.minimum - 1, parameter.maximum + 1, -kHuge, kHuge,
                                 1e9 * kHuge, std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(), std::nan("")}) {
      CAPTURE(outside);
      const auto status = set(parameter.name, outside);
      REQUIRE_FALSE(status);
      CHECK(status.error().field == parameter.name);
      CHECK(status.error().message.find(describe_range(parameter)) != std::string::npos);
    }
    for (const std::int64_t outside :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
      CHECK_FALSE(set(parameter.name, outside));
    }
    for (const char* text : {"nan", "NaN", "inf", "-inf", "1e309", "-1e309", "", " ", "1x", "0x10",
                             "1,5", "--1", "9223372036854775808e10"}) {
      CAPTURE(text);
      CHECK_FALSE(set_text(parameter.name, text));
    }
  }
}

TEST_CASE("A value of the wrong type is refused, never converted", "[protocol]") {
  for (const Parameter& parameter : kParameters) {
    CAPTURE(parameter.name);
    const bool numeric = parameter.kind == kNumber || parameter.kind == kInteger;
    if (parameter.kind != kSwitch) CHECK_FALSE(set(parameter.name, true));
    if (numeric || parameter.kind == kSwitch) CHECK_FALSE(set(parameter.name, "10"s));
    if (!numeric) CHECK_FALSE(set(parameter.name, std::int64_t{10}));
  }
}

TEST_CASE("Prompts that are too short, too long or hold control characters are refused",
          "[protocol]") {
  const auto code = [](const std::string& prompt) {
    const auto status = set("prompt", prompt);
    REQUIRE_FALSE(status);
    CHECK(status.error().field == "prompt");
    return status.error().code;
  };
  for (const std::string& prompt :
       {""s, "ab"s, "     "s, "\0\0\0\0"s, "lo\0fi beat"s, "line\nbreak"s, "tab\there"s,
        "\x1b[2Jhello"s, "bell\x07ring"s, "c1 \xC2\x9B here"s, std::string(1001, 'a'),
        std::string(1 << 20, 'a')}) {
    CHECK(code(prompt) == ErrorCode::kInvalidArgument);
  }
  for (const std::string& prompt : {"caf\xE9 noir"s, "\xC0\xAF..\xC0\xAF"s, "\xED\xA0\x80 abc"s}) {
    CHECK(code(prompt) == ErrorCode::kMalformed);
  }
}

TEST_CASE("Prompts in any language and with any punctuation pass", "[protocol]") {
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "世";
  for (const std::string& prompt :
       {"lo-fi hip hop, dusty drums"s, "'; DROP TABLE generations; --"s, "{}%s%n ${HOME} `id`"s,
        "موسيقى هادئة"s, "a \u202Etrap\u202C"s, "🎹🎷 jazz"s, "<script>&amp;</script>"s, thousand}) {
    CAPTURE(prompt);
    CHECK(set("prompt", prompt).has_value());
  }
}

TEST_CASE("A model id can never be a path", "[protocol]") {
  for (const char* id : {"sketch", "musicgen-stereo-large", "a", "v1.2_x"}) CHECK(is_model_id(id));
  for (const char* id :
       {"", ".", "..", "../sketch", "a/b", "a..b", "-x", "Sketch", "a b", "a\\b"}) {
    CAPTURE(id);
    CHECK_FALSE(is_model_id(id));
  }
  CHECK_FALSE(is_model_id(std::string(65, 'a')));
}

TEST_CASE("Output folders are absolute and without dots", "[protocol]") {
  CHECK(set("output_dir", "/home/me/Music"s).has_value());
  for (const std::string& folder :
       {"Music"s, "/home/../etc"s, "/home/me/.."s, "../x"s, ""s, "/a\nb"s, "/a\0b"s}) {
    CAPTURE(folder);
    CHECK_FALSE(set("output_dir", folder));
  }
}

TEST_CASE("Bars and duration exclude each other", "[protocol]") {
  GenerationRequest request;
  request.prompt = "deep house";
  request.bars = 8;
  request.duration = 16.5;
  const auto status = validate(request);
  REQUIRE_FALSE(status);
  CHECK(status.error().message ==
        "bars and duration exclude each other, got 8 bars and 16.5 seconds");
}

TEST_CASE("Bars beyond 300 s are refused as soon as the tempo is known", "[protocol]") {
  GenerationRequest request;
  request.prompt = "slow ambient";
  request.bars = 128;
  CHECK(validate(request).has_value());
  request.bpm = 30;
  const auto status = validate(request);
  REQUIRE_FALSE(status);
  CHECK(status.error().field == "bars");
}

TEST_CASE("Seeds wrap at 2^53", "[protocol]") {
  CHECK(seed_of_take(5, 2) == 7);
  CHECK(seed_of_take(kSeedCount - 1, 1) == 0);
}

TEST_CASE("Numbers are written as people write them and read back the same", "[protocol]") {
  CHECK(number_text(84) == "84");
  CHECK(number_text(-16.5) == "-16.5");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e300) == "1e+300");
  for (const double value : {1.0 / 3, 1e-9, 123456.789, 9007199254740991.0}) {
    CHECK(std::stod(number_text(value)) == value);
  }
}
