// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// Turns phases and steps into one share of the whole job, which never runs backwards, and from
/// the time it took into the time left.
class ProgressEstimate {
 public:
  using Clock = std::chrono::steady_clock;

  ProgressEstimate(std::int64_t takes, Clock::time_point started)
      : takes_(takes), started_(started) {}

  /// Take number `take` (from 0) is at `progress` now.
  void update(std::int64_t take, const protocol::Progress& progress, Clock::time_point now);

  [[nodiscard]] double fraction() const { return fraction_; }  ///< 0 to 1
  /// The progress as it was given, with the time left where it can be told.
  [[nodiscard]] const protocol::Progress& progress() const { return progress_; }

 private:
  std::int64_t takes_;
  Clock::time_point started_;
  double fraction_ = 0;
  protocol::Progress progress_{};
};

}  // namespace dgx::jobs
