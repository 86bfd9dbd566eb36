// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/plan.hpp"

#include <algorithm>
#include <set>

#include "tests/model/sketch_fixture.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace dgx::model::sketch;
using dgx::test::plan_of;
using dgx::test::request_of;
using dgx::test::try_plan;

std::string choice(const Plan& plan, const std::string& name) {
  for (const auto& entry : plan.choices) {
    if (entry.name == name) return entry.value + " by " + entry.source;
  }
  return "";
}

std::string instrument_of(const Plan& plan, Role role) {
  return plan.part(role) ? plan.part(role)->instrument->name : "none";
}

}  // namespace

TEST_CASE("The request wins over the prompt, the prompt over the genre", "[sketch]") {
  auto request = request_of("trap, 140 BPM, F#m, 3/4, 8 bars");
  CHECK(choice(plan_of(request), "genre") == "trap by prompt");
  CHECK(choice(plan_of(request), "bpm") == "140 by prompt");
  CHECK(choice(plan_of(request), "key") == "F#m by prompt");
  CHECK(choice(plan_of(request), "time_signature") == "3/4 by prompt");
  CHECK(choice(plan_of(request), "bars") == "8 by prompt");
  request.bpm = 90.5;
  request.key = "Bb";
  request.time_signature = "6/8";
  request.bars = 12;
  const Plan plan = plan_of(request);
  CHECK(choice(plan, "bpm") == "90.5 by request");
  CHECK(choice(plan, "key") == "Bb by request");
  CHECK(choice(plan, "time_signature") == "6/8 by request");
  CHECK(choice(plan, "bars") == "12 by request");
  CHECK(plan.bpm == 90.5);
  CHECK(plan.meter == dgx::Meter{6, 8});
}

TEST_CASE("What nobody says the seed draws, and it is written down", "[sketch]") {
  std::set<std::string> genres;
  std::set<std::string> keys;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Plan plan = plan_of(request_of("静かなピアノ"), seed);
    genres.insert(choice(plan, "genre"));
    keys.insert(choice(plan, "key"));
    CHECK(plan.bpm >= plan.genre->tempo_low);
    CHECK(plan.bpm <= plan.genre->tempo_high);
  }
  CHECK(genres.size() == 6);
  CHECK(genres.count("lofi by seed") == 1);
  CHECK(keys.size() > 6);
}

TEST_CASE("Moods move tempo and energy within the genre", "[sketch]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const double slow = plan_of(request_of("slow synthwave"), seed).bpm;
    const double fast = plan_of(request_of("fast synthwave"), seed).bpm;
    CHECK(slow < 100);
    CHECK(fast > 105);
  }
  CHECK(plan_of(request_of("calm house")).energy < plan_of(request_of("house")).energy);
  CHECK(plan_of(request_of("sad house"), 3).key.minor);
  CHECK_FALSE(plan_of(request_of("happy trap"), 3).key.minor);
}

TEST_CASE("Instruments of the prompt take the part they can play", "[sketch]") {
  const Plan plan = plan_of(request_of("lofi with saxophone, piano, strings and slap bass"));
  CHECK(instrument_of(plan, Role::kMelody) == "saxophone");
  CHECK(instrument_of(plan, Role::kChords) == "piano");
  CHECK(instrument_of(plan, Role::kPad) == "strings");
  CHECK(instrument_of(plan, Role::kBass) == "slap bass");
  const Plan keys = plan_of(request_of("house with rhodes and piano"));
  CHECK(instrument_of(keys, Role::kChords) == "rhodes");
  CHECK(instrument_of(keys, Role::kMelody) == "piano");
  CHECK(keys.name_words == std::vector<std::string>{"house", "rhodes"});
  CHECK(plan_of(request_of("lofi, dusty drums, warm Rhodes")).name_words ==
        std::vector<std::string>{"lofi", "rhodes"});
  CHECK(plan_of(request_of("trap, 808 drums")).name_words.size() >= 2);
  const Plan crowd = plan_of(request_of("lofi with flute, trumpet and oboe"));
  CHECK(instrument_of(crowd, Role::kMelody) == "flute");
  CHECK(crowd.warnings.size() == 2);
}

TEST_CASE("Parts that the prompt forbids are silent, those it asks for play", "[sketch]") {
  CHECK(instrument_of(plan_of(request_of("house without drums or bass")), Role::kDrums) == "none");
  CHECK(instrument_of(plan_of(request_of("house without drums or bass")), Role::kBass) == "none");
  CHECK(choice(plan_of(request_of("drumless lofi")), "part.drums") == "none by prompt");
  CHECK(instrument_of(plan_of(request_of("ambient")), Role::kDrums) == "none");
  CHECK(instrument_of(plan_of(request_of("ambient with drums")), Role::kDrums) != "none");
  const Plan solo = plan_of(request_of("solo piano"));
  CHECK(instrument_of(solo, Role::kDrums) == "none");
  CHECK(instrument_of(solo, Role::kBass) == "none");
  CHECK(instrument_of(solo, Role::kChords) == "piano");
  CHECK(instrument_of(solo, Role::kMelody) == "piano");
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CHECK(instrument_of(plan_of(request_of("lofi, no vinyl"), seed), Role::kTexture) == "none");
    CHECK(instrument_of(plan_of(request_of("lofi, no rhodes"), seed), Role::kChords) != "rhodes");
  }
}

TEST_CASE("Lengths are exact to the sample", "[sketch]") {
  struct Row {
    double bpm;
    const char* meter;
    int bars;
    std::int64_t frames;  ///< round(bars x num x 4/den x 60/bpm x 48000), worked out by hand
  };
  const std::vector<Row> rows = {
      {120, "4/4", 8, 768000},    {84, "4/4", 4, 548571},    {97.3, "7/8", 5, 517986},
      {30, "1/16", 1, 24000},     {300, "16/2", 9, 2764800}, {174, "6/8", 16, 794483},
      {140.01, "5/4", 3, 308549}, {61.7, "3/2", 2, 560130},  {300, "1/16", 128, 307200}};
  for (const Row& row : rows) {
    auto request = request_of("lofi");
    request.bpm = row.bpm;
    request.time_signature = row.meter;
    request.bars = row.bars;
    CAPTURE(row.bpm, row.meter, row.bars);
    CHECK(plan_of(request).frames == row.frames);
  }
  auto request = request_of("lofi at 90 BPM");
  request.duration = 12.3456789;
  CHECK(plan_of(request).frames == 592593);
  CHECK_FALSE(plan_of(request).whole_bars);
  request.duration = 16.0;
  request.bpm = 120;
  CHECK(plan_of(request).whole_bars);
  CHECK(plan_of(request).bars == 8);
}

TEST_CASE("Without a length it is whole bars, four by four, about 16 s long", "[sketch]") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Plan plan = plan_of(request_of("anything"), seed);
    CHECK(plan.bars % 4 == 0);
    CHECK(plan.frames > 10 * kSampleRate);
    CHECK(plan.frames < 22 * kSampleRate);
  }
  CHECK(plan_of(request_of("120 bpm")).bars == 8);
  CHECK(plan_of(request_of("20 seconds of ambient")).frames == 20 * kSampleRate);
}

TEST_CASE("More than 300 s by bars is refused with all its numbers", "[sketch]") {
  auto request = request_of("ambient");
  request.bars = 128;
  request.bpm = 60;
  const auto plan = try_plan(request);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().code == dgx::ErrorCode::kInvalidArgument);
  CHECK(plan.error().field == "bars");
  CHECK(plan.error().message ==
        "bars must last at most 300 seconds, got 128 bars of 4/4 at 60 BPM, which last 512 "
        "seconds");
  request.bars = 75;
  CHECK(try_plan(request).has_value());
  request.bars = 76;
  CHECK_FALSE(try_plan(request).has_value());
}
