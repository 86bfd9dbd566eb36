// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/music.hpp"

#include "tests/support/catch.hpp"

TEST_CASE("Meters that musicians write are read, others are refused with the range", "[protocol]") {
  REQUIRE_OK(dgx::parse_meter("6/8"));
  CHECK(*dgx::parse_meter("6/8") == dgx::Meter{6, 8});
  CHECK(dgx::parse_meter("6/8")->quarters_per_bar() == 3.0);
  for (const char* text :
       {"", "4", "4/", "/4", "0/4", "17/4", "4/3", "4/32", "-4/4", "4/4x", "4 /4"}) {
    CAPTURE(text);
    const auto meter = dgx::parse_meter(text);
    REQUIRE_FALSE(meter);
    CHECK(meter.error().field == "time_signature");
    CHECK(meter.error().message.ends_with(std::string("got ") + text));
  }
}

TEST_CASE("Keys are read in every usual spelling", "[protocol]") {
  const auto reads = [](const char* text, int tonic, bool minor, const char* short_form) {
    CAPTURE(text);
    const auto key = dgx::parse_key(text);
    REQUIRE_OK(key);
    CHECK(key->tonic == tonic);
    CHECK(key->minor == minor);
    CHECK(dgx::to_string(*key) == short_form);
  };
  reads("C", 0, false, "C");
  reads("c minor", 0, true, "Cm");
  reads("F#m", 6, true, "F#m");
  reads("Bb", 10, false, "Bb");
  reads("Cb", 11, false, "B");
  reads("B#", 0, false, "C");
  reads("d Major", 2, false, "D");
  for (const char* text : {"", "H", "C##", "Cmin7", "F# dorian", "9"}) {
    CAPTURE(text);
    CHECK_FALSE(dgx::parse_key(text));
  }
}

TEST_CASE("Bars last what the formula of the design says, to the frame", "[protocol]") {
  CHECK(dgx::frames_of_bars(4, 84, {4, 4}, 48000) == 548571);   // 11.428571... s
  CHECK(dgx::frames_of_bars(8, 120, {4, 4}, 44100) == 705600);  // 16 s
  CHECK(dgx::frames_of_bars(3, 90, {6, 8}, 48000) == 288000);   // 6 s
}

TEST_CASE("Without a length a take has the multiple of four bars nearest to 16 s", "[protocol]") {
  CHECK(dgx::default_bars(120, {4, 4}) == 8);
  CHECK(dgx::default_bars(84, {4, 4}) == 4);
  CHECK(dgx::default_bars(174, {4, 4}) == 12);
  CHECK(dgx::default_bars(30, {16, 2}) == 4);  // Never fewer than four, however long they last.
}

TEST_CASE("Bars that last more than 300 s are refused with bars, tempo and seconds", "[protocol]") {
  CHECK(dgx::check_bars_length(125, 100, {4, 4}).has_value());
  const auto refused = dgx::check_bars_length(126, 100, {4, 4});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "bars must last at most 300 seconds, got 126 bars of 4/4 at 100 BPM, which last 302.4 "
        "seconds");
}
