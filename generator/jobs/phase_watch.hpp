// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// Adds up how long a job was in each phase, however often it came back to one.
class PhaseWatch {
 public:
  using Clock = std::chrono::steady_clock;

  void enter(protocol::Phase phase, Clock::time_point now) {
    if (phase_ == phase) return;
    end(now);
    phase_ = phase;
    entered_ = now;
  }
  void end(Clock::time_point now) {
    if (phase_) seconds_[*phase_] += std::chrono::duration<double>(now - entered_).count();
    phase_.reset();
  }
  [[nodiscard]] const std::map<protocol::Phase, double>& seconds() const { return seconds_; }

 private:
  std::map<protocol::Phase, double> seconds_{};
  std::optional<protocol::Phase> phase_{};
  Clock::time_point entered_{};
};

}  // namespace dgx::jobs
