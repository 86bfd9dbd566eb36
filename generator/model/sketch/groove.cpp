// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/groove.hpp"

#include <algorithm>
#include <cmath>

namespace dgx::model::sketch {

Feel::Feel(const Plan& plan, Stream stream)
    : plan_(plan),
      grid_(grid_of(plan.meter)),
      random_(plan.seed, static_cast<std::uint32_t>(stream)) {}

double Feel::quarters_of_ms(double ms) const {
  return ms / 60000.0 * plan_.bpm;
}

double Feel::at(int bar, double step) const {
  const Groove& groove = plan_.genre->groove;
  const double bar_start = bar * plan_.meter.quarters_per_bar();
  if (grid_.compound || groove.swing == 0.5) return bar_start + step * kQuartersOfStep;
  const double pair = groove.swing_grid == 8 ? 4.0 : 2.0;
  const double whole = std::floor(step / pair) * pair;
  const double inside = (step - whole) / pair;
  const double warped = inside < 0.5 ? inside * 2.0 * groove.swing
                                     : groove.swing + (inside - 0.5) * 2.0 * (1.0 - groove.swing);
  // In a bar that ends within a pair nothing is pushed past the bar line.
  return bar_start +
         std::min(whole + warped * pair, static_cast<double>(grid_.steps)) * kQuartersOfStep;
}

double Feel::played(int bar, double step, double late_ms) {
  const double shift = quarters_of_ms(bell() * plan_.genre->groove.timing_ms + late_ms);
  return std::max(0.0, at(bar, step) + shift);
}

int Feel::force(double wanted) {
  const double spread = bell() * plan_.genre->groove.velocity * 127.0;
  return std::clamp(static_cast<int>(std::lround(wanted + spread)), 1, 127);
}

double Feel::bell() {
  // Four uniform numbers have a variance of 1/3.
  const double sum = random_.uniform() + random_.uniform() + random_.uniform() + random_.uniform();
  return std::clamp((sum - 2.0) * std::sqrt(3.0), -3.0, 3.0);
}

}  // namespace dgx::model::sketch
