// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "generator/protocol/music.hpp"

// Patterns are written once, as sixteenths of 4/4; the grid turns them into any meter.
namespace dgx::model::sketch {

inline constexpr std::size_t kStepsOfPatternBar = 16;
inline constexpr double kQuartersOfStep = 0.25;

/// Drums: X accent, x hit, o ghost note, ? now and then, r roll.
inline constexpr std::string_view kDrumLetters = "Xxo?r.";
/// Bass: chord root 1, third 3, fifth 5, seventh 7, octave 8, approach to the next root a, hold _.
inline constexpr std::string_view kBassLetters = "13578a_.";
/// Chords and melody: X accent, x hit, ? now and then, hold _.
inline constexpr std::string_view kRhythmLetters = "Xx?_.";

/// Takes the bar lines and blanks out of a pattern.
std::string without_bars(std::string_view text);

/// The bar of a meter in sixteenths and how they group into felt beats: 6/8 is {6, 6}.
struct BarGrid {
  std::vector<int> groups{};
  int steps = 0;
  bool compound = false;  ///< Beats of three: nothing swings

  [[nodiscard]] std::vector<int> group_starts() const;
};

BarGrid grid_of(const Meter& meter);

/// Bar `bar` of a pattern, cyclically, in the meter of `grid`: one character a step. Beats are
/// dealt out so that the first keeps its weight and back beats stay back beats.
std::string steps_in_meter(std::string_view pattern, int bar, const BarGrid& grid);

}  // namespace dgx::model::sketch
