// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/time_left.hpp"

#include <algorithm>

namespace dgx::musicgen {

void TimeLeft::add_step(std::int64_t columns, double seconds) {
  const auto x = static_cast<double>(columns);
  count_ += 1;
  columns_ += x;
  seconds_ += seconds;
  columns_squared_ += x * x;
  products_ += x * seconds;
}

std::optional<double> TimeLeft::seconds_of(std::int64_t columns, std::int64_t count) const {
  constexpr double kEnough = 8;
  if (count_ < kEnough) return std::nullopt;
  // Ridge regression towards the expected slope, which weighs as much as steps seen over as many
  // columns as these, by their standard deviation.
  constexpr double kColumnsToBelieve = 50;
  const double weight = count_ * count_ * kColumnsToBelieve * kColumnsToBelieve;
  const double expected = growth_ * seconds_ / count_;
  const double spread = count_ * columns_squared_ - columns_ * columns_;
  const double shared = count_ * products_ - columns_ * seconds_;
  // A step never gets faster by looking back further; where it seems so, that is noise.
  const double slope = std::max(0.0, (shared + weight * expected) / (spread + weight));
  const double fixed = (seconds_ - slope * columns_) / count_;
  const auto steps = static_cast<double>(count);
  const double mean_columns = static_cast<double>(columns) + (steps - 1) / 2;
  return std::max(0.0, steps * (fixed + slope * mean_columns));
}

}  // namespace dgx::musicgen
