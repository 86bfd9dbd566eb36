// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dgx::plugin {

/// Where the host's transport stands at the first frame of a block.
struct Transport {
  bool rolls = false;      ///< Forward at speed 1; false in stop, count-in, reverse and shuttle
  std::int64_t frame = 0;  ///< On the timeline: exact
  std::int64_t bar = 0;    ///< Counted from 0
  double beat = 0.0;       ///< Within the bar, in beats of 1 / beat_unit notes: hosts round it
  double bpm = 120.0;      ///< Quarter notes a minute
  double beats_per_bar = 4.0;
  int beat_unit = 4;

  [[nodiscard]] double quarters_per_bar() const noexcept { return beats_per_bar * 4.0 / beat_unit; }
  /// Quarter notes since bar 0, where the meter was always this one.
  [[nodiscard]] double quarters() const noexcept {
    return static_cast<double>(bar) * quarters_per_bar() + beat * 4.0 / beat_unit;
  }
};

/// What a take says of its own time.
struct TakeTiming {
  double bpm = 120.0;             ///< Quarter notes a minute, > 0
  double quarters_per_bar = 4.0;  ///< > 0
  std::int64_t bars = 1;          ///< Whole bars that it lasts, >= 1
};

}  // namespace dgx::plugin
