// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/harmony.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "generator/base/philox.hpp"
#include "generator/model/sketch/grid.hpp"
#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {
namespace {

/// Where the chords of one bar change: on felt beats, as even as they allow.
std::vector<int> chord_steps(std::size_t count, const BarGrid& grid) {
  const std::vector<int> starts = grid.group_starts();
  std::vector<int> steps;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t group = i * starts.size() / count;
    if (steps.empty() || starts[group] > steps.back()) steps.push_back(starts[group]);
  }
  return steps;
}

void write_bar(std::vector<ChordSpan>& chords, const std::vector<ChordSymbol>& symbols, int bar,
               const Plan& plan, const BarGrid& grid) {
  const double bar_start = bar * plan.meter.quarters_per_bar();
  const std::vector<int> steps = chord_steps(symbols.size(), grid);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const int end = i + 1 < steps.size() ? steps[i + 1] : grid.steps;
    ChordSpan chord;
    chord.start = bar_start + steps[i] * kQuartersOfStep;
    chord.length = (end - steps[i]) * kQuartersOfStep;
    chord.root = (plan.key.tonic + symbols[i].semitones) % 12;
    chord.intervals = symbols[i].intervals;
    chords.push_back(std::move(chord));
  }
}

/// What four voices keep of a chord: the third and seventh colour it, the fifth goes first.
std::vector<int> voiced_intervals(const ChordSpan& chord, bool with_root) {
  std::vector<int> intervals = chord.intervals;
  const bool rich = intervals.size() > 4 || (!with_root && intervals.size() > 3);
  if (rich && !with_root) intervals.erase(intervals.begin());
  if (intervals.size() > 4) {
    intervals.erase(std::remove(intervals.begin(), intervals.end(), 7), intervals.end());
  }
  return intervals;
}

double distance(const std::vector<int>& voicing, const std::vector<int>& previous) {
  double sum = 0;
  for (const int note : voicing) {
    int nearest = std::numeric_limits<int>::max();
    for (const int other : previous) nearest = std::min(nearest, std::abs(note - other));
    sum += nearest;
  }
  // The top voice is heard as a line: it should not jump.
  return sum + 1.5 * std::abs(voicing.back() - previous.back());
}

/// Half steps in the lower half of a voicing sound muddy.
double roughness(const std::vector<int>& voicing) {
  double sum = 0;
  for (std::size_t i = 1; i < voicing.size(); ++i) {
    if (voicing[i] - voicing[i - 1] == 1) sum += voicing[i] < 64 ? 6.0 : 1.5;
    if (voicing[i] - voicing[i - 1] > 9) sum += 3.0;
  }
  return sum;
}

}  // namespace

std::vector<int> ChordSpan::pitch_classes() const {
  std::vector<int> classes;
  for (const int interval : intervals) classes.push_back((root + interval) % 12);
  return classes;
}

bool ChordSpan::holds(int pitch) const {
  const std::vector<int> classes = pitch_classes();
  return std::find(classes.begin(), classes.end(), pitch % 12) != classes.end();
}

std::vector<ChordSpan> write_harmony(const Plan& plan, const std::vector<SectionSpan>& sections) {
  RandomStream random(plan.seed, static_cast<std::uint32_t>(Stream::kHarmony));
  const auto& progressions =
      plan.key.minor ? plan.genre->minor_progressions : plan.genre->major_progressions;
  const auto count = static_cast<std::uint32_t>(progressions.size());
  const std::uint32_t of_a = random.below(count);
  // B leaves the progression of A where the genre has another one.
  const std::uint32_t of_b = count > 1 ? (of_a + 1 + random.below(count - 1)) % count : of_a;
  const BarGrid grid = grid_of(plan.meter);
  std::vector<ChordSpan> chords;
  for (const SectionSpan& section : sections) {
    const Progression& progression = progressions[section.name == "b" ? of_b : of_a];
    for (int bar = 0; bar < section.bars; ++bar) {
      const auto& symbols = progression[static_cast<std::size_t>(bar) % progression.size()];
      write_bar(chords, symbols, section.first_bar + bar, plan, grid);
    }
  }
  return chords;
}

const ChordSpan& chord_at(const std::vector<ChordSpan>& chords, double quarter) {
  const auto after =
      std::upper_bound(chords.begin(), chords.end(), quarter + 1e-9,
                       [](double at, const ChordSpan& chord) { return at < chord.start; });
  return after == chords.begin() ? chords.front() : *(after - 1);
}

std::vector<int> voice_chord(const ChordSpan& chord, const std::vector<int>& previous, int low,
                             int high, bool with_root) {
  std::vector<int> classes;
  for (const int interval : voiced_intervals(chord, with_root)) {
    classes.push_back((chord.root + interval) % 12);
  }
  std::vector<int> best;
  double best_cost = std::numeric_limits<double>::max();
  // Every close position that starts on a chord tone, and its drop-2 form.
  for (int bottom = low; bottom <= high; ++bottom) {
    if (std::find(classes.begin(), classes.end(), bottom % 12) == classes.end()) continue;
    std::vector<int> close;
    for (int note = bottom; close.size() < classes.size() && note < bottom + 12; ++note) {
      if (std::find(classes.begin(), classes.end(), note % 12) != classes.end()) {
        close.push_back(note);
      }
    }
    std::vector<int> open = close;
    if (open.size() > 3) open[open.size() - 2] -= 12;
    std::sort(open.begin(), open.end());
    for (const std::vector<int>& voicing : {close, open}) {
      if (voicing.front() < low || voicing.back() > high) continue;
      double mean = 0;
      for (const int note : voicing) mean += note;
      mean /= static_cast<double>(voicing.size());
      double cost = roughness(voicing) + 0.4 * std::abs(mean - 0.5 * (low + high));
      if (!previous.empty()) cost += distance(voicing, previous);
      if (cost < best_cost) {
        best_cost = cost;
        best = voicing;
      }
    }
  }
  return best;
}

}  // namespace dgx::model::sketch
