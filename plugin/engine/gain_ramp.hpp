// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plugin/engine/ramp.hpp"

namespace dgx::plugin {

/// A gain that glides to each new value.
/// Threads: the audio thread; no call allocates.
class GainRamp {
 public:
  void go_to(float gain, int frames) noexcept {
    from_ = value_;
    goal_ = gain;
    ramp_.start(frames);
    if (ramp_.done()) value_ = goal_;
  }
  /// At its goal at once.
  void settle() noexcept { go_to(goal_, 0); }

  void apply(float* left, float* right, std::uint32_t frames) noexcept {
    for (std::uint32_t i = 0; i < frames; ++i) {
      if (!ramp_.done()) {
        ramp_.advance();
        value_ = from_ + ramp_.value() * (goal_ - from_);
      }
      left[i] *= value_;
      right[i] *= value_;
    }
  }

 private:
  float from_ = 1.0F;
  float goal_ = 1.0F;
  float value_ = 1.0F;
  Ramp ramp_{};
};

}  // namespace dgx::plugin
