// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/score.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "generator/model/sketch/chord_symbol.hpp"
#include "tests/model/sketch_fixture.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace dgx::model::sketch;
using dgx::test::plan_of;
using dgx::test::request_of;

const std::vector<std::string> kGenreIds = {"ambient", "dnb", "house", "lofi", "synthwave", "trap"};

bool in_scale(int pitch, const dgx::Key& key) {
  const auto scale = scale_of(key.minor);
  const int degree = (pitch - key.tonic + 120) % 12;
  return std::find(scale.begin(), scale.end(), degree) != scale.end();
}

/// Where a note belongs: humanised starts may come a little before the chord does.
bool in_chord(const Score& score, const Note& note) {
  for (const double shift : {0.0, 0.12, -0.12}) {
    const ChordSpan& chord = chord_at(score.chords, std::max(0.0, note.start + shift));
    if (chord.holds(note.pitch)) return true;
  }
  return false;
}

void check_note(const Score& score, const ScorePart& part, const Note& note) {
  REQUIRE(note.start >= 0.0);
  REQUIRE(note.length > 0.0);
  REQUIRE(note.start + note.length <= score.quarters + 1e-9);
  REQUIRE(note.velocity >= 1);
  REQUIRE(note.velocity <= 127);
  REQUIRE(note.pitch >= part.instrument->low);
  REQUIRE(note.pitch <= part.instrument->high);
  if (part.role == Role::kMelody) REQUIRE(in_scale(note.pitch, score.key));
  if (part.role == Role::kChords || part.role == Role::kPad) REQUIRE(in_chord(score, note));
  if (part.role == Role::kDrums) {
    REQUIRE(note.pitch >= 35);
    REQUIRE(note.pitch <= 81);
  }
}

void check_part(const Score& score, const ScorePart& part) {
  REQUIRE((part.channel == 9) == (part.role == Role::kDrums));
  REQUIRE_FALSE(part.notes.empty());
  std::map<int, double> sounding;
  double line_end = 0.0;
  double last_start = 0.0;
  for (const Note& note : part.notes) {
    check_note(score, part, note);
    REQUIRE(note.start >= last_start);
    last_start = note.start;
    // No key is struck while it still sounds.
    REQUIRE(note.start >= sounding[note.pitch] - 1e-9);
    sounding[note.pitch] = note.start + note.length;
    if (part.role == Role::kBass || part.role == Role::kMelody) {
      REQUIRE(note.start >= line_end - 1e-9);
      line_end = note.start + note.length;
    }
  }
}

bool same_notes(const Score& a, const Score& b) {
  if (a.parts.size() != b.parts.size()) return false;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const auto& left = a.parts[i].notes;
    const auto& right = b.parts[i].notes;
    const bool same = std::equal(left.begin(), left.end(), right.begin(), right.end(),
                                 [](const Note& x, const Note& y) {
                                   return x.start == y.start && x.length == y.length &&
                                          x.pitch == y.pitch && x.velocity == y.velocity;
                                 });
    if (!same) return false;
  }
  return true;
}

const ScorePart* part_of(const Score& score, Role role) {
  for (const ScorePart& part : score.parts) {
    if (part.role == role) return &part;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("Every score keeps the rules of music, over many seeds", "[sketch]") {
  for (const std::string& genre : kGenreIds) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      auto request = request_of(genre);
      request.bars = std::vector<int>{1, 4, 8, 12, 16, 33}[seed % 6];
      request.loop = seed % 4 == 1;
      const Plan plan = plan_of(request, seed);
      const Score score = write_score(plan);
      CAPTURE(genre, seed, *request.bars);
      REQUIRE(score.quarters == plan.quarters());
      for (const ScorePart& part : score.parts) check_part(score, part);
    }
  }
}

TEST_CASE("Every meter, extreme tempo and odd instrument gives a sound score", "[sketch]") {
  std::uint64_t seed = 0;
  for (int numerator = 1; numerator <= 16; ++numerator) {
    for (const int denominator : {2, 4, 8, 16}) {
      const auto& genre = kGenreIds[seed % kGenreIds.size()];
      auto request = request_of(genre + " with drums, pad, melody and chords");
      request.time_signature = std::to_string(numerator) + "/" + std::to_string(denominator);
      request.bpm = std::vector<double>{30.0, 97.3, 300.0}[seed % 3];
      request.duration = 1.0 + static_cast<double>(seed % 20);
      CAPTURE(genre, *request.time_signature, *request.bpm, *request.duration);
      const Score score = write_score(plan_of(request, ++seed));
      for (const ScorePart& part : score.parts) check_part(score, part);
    }
  }
  for (const Instrument& instrument : dgx::test::sketch_data().vocabulary.instruments) {
    const std::string& genre = kGenreIds[seed++ % kGenreIds.size()];
    CAPTURE(instrument.name, genre);
    const Plan plan = plan_of(request_of(genre + ", " + instrument.words.front()), seed);
    const Score score = write_score(plan);
    for (const ScorePart& part : score.parts) check_part(score, part);
  }
}

TEST_CASE("The same seed writes the same score and another seed another", "[sketch]") {
  for (const std::string& genre : kGenreIds) {
    const Score one = write_score(plan_of(request_of(genre), 7));
    CHECK(same_notes(one, write_score(plan_of(request_of(genre), 7))));
    CHECK_FALSE(same_notes(one, write_score(plan_of(request_of(genre), 8))));
  }
}

TEST_CASE("Leaving out one part does not change the others", "[sketch]") {
  // The chords play fuller without a bass, so the drums are the part to miss.
  const Score full = write_score(plan_of(request_of("synthwave"), 3));
  const Score less = write_score(plan_of(request_of("synthwave, no drums"), 3));
  REQUIRE(part_of(full, Role::kDrums) != nullptr);
  REQUIRE(part_of(less, Role::kDrums) == nullptr);
  for (const Role role : {Role::kBass, Role::kChords, Role::kPad, Role::kMelody}) {
    CAPTURE(to_string(role));
    REQUIRE(part_of(less, role) != nullptr);
    CHECK(part_of(full, role)->notes.size() == part_of(less, role)->notes.size());
    CHECK(part_of(full, role)->notes.front().start == part_of(less, role)->notes.front().start);
  }
}

TEST_CASE("A long take grows an intro, a break and an outro; a loop has no ends", "[sketch]") {
  auto request = request_of("house");
  request.bars = 32;
  std::set<std::string> names;
  const Score song = write_score(plan_of(request));
  for (const SectionSpan& section : song.sections) names.insert(section.name);
  CHECK(names == std::set<std::string>{"a", "b", "break", "intro", "outro"});
  CHECK(song.sections.front().name == "intro");
  CHECK(song.sections.back().name == "outro");
  request.loop = true;
  const Score loop = write_score(plan_of(request));
  CHECK(loop.sections.front().name == "a");
  CHECK(loop.sections.back().name == "b");
  int bars = 0;
  for (const SectionSpan& section : loop.sections) {
    CHECK(section.first_bar == bars);
    bars += section.bars;
  }
  CHECK(bars == 32);
}

TEST_CASE("Genres sound like themselves on paper", "[sketch]") {
  const auto hits = [](const Score& score, int drum, double beat) {
    const auto& notes = part_of(score, Role::kDrums)->notes;
    return std::count_if(notes.begin(), notes.end(), [&](const Note& note) {
      return note.pitch == drum && std::abs(note.start - beat) < 0.08;
    });
  };
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    auto request = request_of("house");
    request.bars = 4;
    const Score house = write_score(plan_of(request, seed));
    for (int beat = 0; beat < 12; ++beat) CHECK(hits(house, 36, beat) == 1);
    request.prompt = "trap";
    const Score trap = write_score(plan_of(request, seed));
    // Half time: the snare is on three, never on two.
    CHECK(hits(trap, 38, 2.0) == 1);
    CHECK(hits(trap, 38, 1.0) == 0);
    request.prompt = "drum and bass";
    const Score dnb = write_score(plan_of(request, seed));
    CHECK(dnb.bpm >= 170);
    CHECK(hits(dnb, 38, 1.0) == 1);
    CHECK(hits(dnb, 36, 2.5) == 1);
    request.prompt = "ambient";
    CHECK(part_of(write_score(plan_of(request, seed)), Role::kDrums) == nullptr);
  }
}

TEST_CASE("Voices lead smoothly from chord to chord", "[sketch]") {
  for (const char* genre : {"lofi", "house", "dnb"}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Plan plan = plan_of(request_of(genre), seed);
      const Score score = write_score(plan);
      std::vector<int> previous;
      for (const ChordSpan& chord : score.chords) {
        const auto voicing = voice_chord(chord, previous, 50, 78, false);
        REQUIRE_FALSE(voicing.empty());
        CAPTURE(genre, seed, chord.start);
        if (!previous.empty()) CHECK(std::abs(voicing.back() - previous.back()) <= 7);
        for (const int pitch : voicing) CHECK(chord.holds(pitch));
        previous = voicing;
      }
    }
  }
}
