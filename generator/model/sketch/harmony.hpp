// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/plan.hpp"

namespace dgx::model::sketch {

struct SectionSpan;

/// A chord and how long it lasts, in quarter notes.
struct ChordSpan {
  double start = 0.0;
  double length = 0.0;
  int root = 0;                  ///< Pitch class, 0 to 11
  std::vector<int> intervals{};  ///< Above the root, the root first

  [[nodiscard]] std::vector<int> pitch_classes() const;
  [[nodiscard]] bool holds(int pitch) const;
};

/// The chords of the whole take: one progression for the A sections, another for B.
std::vector<ChordSpan> write_harmony(const Plan& plan, const std::vector<SectionSpan>& sections);

/// The chord that sounds at a time; the last one after the end.
const ChordSpan& chord_at(const std::vector<ChordSpan>& chords, double quarter);

/// Up to four notes of the chord within [low, high], as near as can be to where the hands are
/// (smooth voice leading), or to the middle of the range where `previous` is empty.
std::vector<int> voice_chord(const ChordSpan& chord, const std::vector<int>& previous, int low,
                             int high, bool with_root);

}  // namespace dgx::model::sketch
