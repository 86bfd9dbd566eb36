// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/grid.hpp"

#include <algorithm>
#include <array>

namespace dgx::model::sketch {
namespace {

/// Which beats of the 4/4 pattern a run of 1 to 4 beats takes: three keep the back beat last.
std::vector<std::size_t> beats_of_run(std::size_t count) {
  switch (count) {
    case 1:
      return {0};
    case 2:
      return {0, 1};
    case 3:
      return {0, 2, 3};
    default:
      return {0, 1, 2, 3};
  }
}

std::vector<std::size_t> beats_of_bar(std::size_t count) {
  std::vector<std::size_t> beats;
  while (count > 0) {
    // Five is three and two, as it is mostly felt; more than that begins with fours.
    const std::size_t run = count == 5 ? 3 : std::min<std::size_t>(count, 4);
    for (const std::size_t beat : beats_of_run(run)) beats.push_back(beat);
    count -= run;
  }
  return beats;
}

bool is_dense(std::string_view pattern) {
  const auto hits =
      pattern.size() - static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '.'));
  return hits * 2 >= pattern.size();
}

/// One beat of four steps, stretched over a group of 1 to 6 or more steps.
std::string beat_in_group(std::string_view beat, int length, bool dense) {
  if (length <= 4) return std::string(beat.substr(0, static_cast<std::size_t>(length)));
  if (dense && beat.find('_') == std::string_view::npos) {
    constexpr std::array<std::size_t, 6> kRepeat = {0, 1, 2, 3, 2, 3};
    std::string steps;
    for (const std::size_t from : kRepeat) steps += beat[from];
    return steps;
  }
  // The off-beat of a dotted beat is its last third.
  const char rest = beat[1] == '_' ? '_' : '.';
  return {beat[0], beat[1], rest, rest, beat[2], beat[3]};
}

void split_into(std::vector<int>& groups, int count, int unit) {
  // Twos, and one three where the count is odd: 7 is 2 + 2 + 3.
  for (; count > 3; count -= 2) groups.push_back(2 * unit);
  if (count > 0) groups.push_back(count * unit);
}

}  // namespace

std::string without_bars(std::string_view text) {
  std::string steps;
  for (const char letter : text) {
    if (letter != '|' && letter != ' ') steps += letter;
  }
  return steps;
}

std::vector<int> BarGrid::group_starts() const {
  std::vector<int> starts;
  int start = 0;
  for (const int length : groups) {
    starts.push_back(start);
    start += length;
  }
  return starts;
}

BarGrid grid_of(const Meter& meter) {
  BarGrid grid;
  grid.steps = meter.numerator * 16 / meter.denominator;
  if (meter.denominator <= 4) {
    grid.groups.assign(static_cast<std::size_t>(grid.steps / 4), 4);
    return grid;
  }
  const int unit = 16 / meter.denominator;
  grid.compound = meter.numerator % 3 == 0;
  if (grid.compound) {
    grid.groups.assign(static_cast<std::size_t>(meter.numerator / 3), 3 * unit);
  } else {
    split_into(grid.groups, meter.numerator, unit);
  }
  return grid;
}

std::string steps_in_meter(std::string_view pattern, int bar, const BarGrid& grid) {
  const std::size_t bars = pattern.size() / kStepsOfPatternBar;
  const std::size_t from = static_cast<std::size_t>(bar) % bars * kStepsOfPatternBar;
  const std::string_view source = pattern.substr(from, kStepsOfPatternBar);
  const bool dense = is_dense(source);
  const std::vector<std::size_t> beats = beats_of_bar(grid.groups.size());
  std::string steps;
  for (std::size_t i = 0; i < grid.groups.size(); ++i) {
    steps += beat_in_group(source.substr(beats[i] * 4, 4), grid.groups[i], dense);
  }
  return steps;
}

}  // namespace dgx::model::sketch
