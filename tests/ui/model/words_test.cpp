// SPDX-License-Identifier: Apache-2.0
#include "ui/model/words.hpp"

#include "tests/support/catch.hpp"

using namespace dgx::ui;

TEST_CASE("Numbers read as people write them", "[ui]") {
  CHECK(counted(1, "bar") == "1 bar");
  CHECK(counted(8, "bar") == "8 bars");
  CHECK(bpm_words(84) == "84 BPM");
  CHECK(bpm_words(122.54) == "122.5 BPM");
  CHECK(seconds_words(0.84) == "0.8 s");
  CHECK(seconds_words(16) == "16 s");
  CHECK(seconds_words(65.4) == "1:05");
  CHECK(bytes_words(2'900'000'000) == "2.9 GB");
  CHECK(bytes_words(640'000'000) == "640 MB");
  CHECK(bytes_words(1) == "1 MB");
  CHECK(joined_by_dots({"a", "b"}) == "a  \xC2\xB7  b");
}

TEST_CASE("The age of a take is told in the unit that a person would use", "[ui]") {
  const char* now = "2026-11-21T18:00:00.000Z";
  CHECK(age_words("2026-11-21T17:59:10.000Z", now) == "now");
  CHECK(age_words("2026-11-21T17:51:00.000Z", now) == "9 min");
  CHECK(age_words("2026-11-21T15:00:00.000Z", now) == "3 h");
  CHECK(age_words("2026-11-19T15:00:00.000Z", now) == "2 d");
  CHECK(age_words("2026-10-01T15:00:00.000Z", now) == "2026-10-01");
  CHECK(age_words("2026-11-21T19:00:00.000Z", now) == "now");
  CHECK(age_words("yesterday", now).empty());
}
