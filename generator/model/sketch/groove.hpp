// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/philox.hpp"
#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/grid.hpp"
#include "generator/model/sketch/plan.hpp"

namespace dgx::model::sketch {

/// Turns steps of a bar into time as players of the genre feel it: swing, and a little chance in
/// timing and force. One player each, with its own random numbers.
class Feel {
 public:
  Feel(const Plan& plan, Stream stream);

  /// Where a step falls, in quarter notes from the beginning of the take; swung, not yet human.
  [[nodiscard]] double at(int bar, double step) const;
  /// The same with the player's inaccuracy and a constant lateness; never before the take begins.
  double played(int bar, double step, double late_ms = 0.0);
  /// A force of 1 to 127 around `wanted`.
  int force(double wanted);

  [[nodiscard]] const BarGrid& grid() const { return grid_; }
  [[nodiscard]] double quarters_of_ms(double ms) const;
  RandomStream& random() { return random_; }

 private:
  /// About normal with spread 1, never beyond 3.
  double bell();

  const Plan& plan_;
  BarGrid grid_;
  RandomStream random_;
};

}  // namespace dgx::model::sketch
