// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace dgx::musicgen {

/// Foretells how long the steps of a model take from those it has made. A step takes a fixed time
/// and a time for every column it looks back at, because of which the end of a take is slower than
/// its beginning. Both are fitted to the steps seen by least squares; until the steps seen reach
/// over many columns, a few slow ones would look like steep growth, and what is expected counts.
class TimeLeft {
 public:
  /// `growth`: what one more column is expected to add to a step, as a part of its time.
  explicit TimeLeft(double growth) : growth_(growth) {}

  /// A step that looked back at `columns` took `seconds`.
  void add_step(std::int64_t columns, double seconds);

  /// Seconds for `count` steps, the first of which looks back at `columns` and each further one at
  /// one more. Nothing before enough steps were seen.
  [[nodiscard]] std::optional<double> seconds_of(std::int64_t columns, std::int64_t count) const;

 private:
  double growth_;
  double count_ = 0;
  double columns_ = 0;  ///< Sums over the steps seen
  double seconds_ = 0;
  double columns_squared_ = 0;
  double products_ = 0;
};

}  // namespace dgx::musicgen
