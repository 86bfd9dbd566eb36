// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "generator/history/history_store.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// What each phase of a job takes on this machine, in seconds: of one take, and of loading once.
/// Empty where nothing was measured yet.
using PhaseSeconds = std::map<protocol::Phase, double>;

/// The measured times, for as much audio as `request` asks for.
PhaseSeconds phase_seconds(const protocol::GenerationRequest& request,
                           const std::vector<history::PhaseTiming>& timings);

/// The time a whole job takes; nothing where it was not measured yet.
std::optional<double> estimated_seconds(const protocol::GenerationRequest& request,
                                        const std::vector<history::PhaseTiming>& timings);

/// Turns phases and steps into one share of the whole job, which never runs backwards, and from
/// the time it took into the time left.
class ProgressEstimate {
 public:
  using Clock = std::chrono::steady_clock;

  /// Where times were measured they weigh the phases; else shares that fit most machines do.
  ProgressEstimate(std::int64_t takes, Clock::time_point started, PhaseSeconds measured = {});

  /// Take number `take` (from 0) is at `progress` now.
  void update(std::int64_t take, const protocol::Progress& progress, Clock::time_point now);

  [[nodiscard]] double fraction() const { return fraction_; }  ///< 0 to 1
  /// The progress as it was given, with the time left where it can be told.
  [[nodiscard]] const protocol::Progress& progress() const { return progress_; }

 private:
  struct Share {
    double begin = 0;
    double end = 0;
  };
  [[nodiscard]] double share_of_take(const protocol::Progress& progress) const;
  [[nodiscard]] std::optional<double> time_left(Clock::time_point now) const;

  std::int64_t takes_;
  std::array<Share, 7> shares_{};  // Of one take's time, by phase
  std::optional<double> total_seconds_{};
  Clock::time_point started_;
  double fraction_ = 0;
  protocol::Progress progress_{};
};

}  // namespace dgx::jobs
