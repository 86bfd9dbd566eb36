// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace dgx::plugin {

/// A way from 0 to 1 over some frames along 6x^5 - 15x^4 + 10x^3, whose first and second
/// derivatives vanish at both ends, so that nothing of it reaches the upper octaves: no click.
class Ramp {
 public:
  /// From now on; `frames` <= 0 is there at once.
  void start(int frames) noexcept {
    frames_ = std::max(frames, 0);
    elapsed_ = 0;
    step_ = frames_ > 0 ? 1.0F / static_cast<float>(frames_) : 0.0F;
  }
  [[nodiscard]] bool done() const noexcept { return elapsed_ >= frames_; }
  [[nodiscard]] int remaining() const noexcept { return frames_ - elapsed_; }

  /// Where it stands: exactly 0 before the first advance() and exactly 1 when done().
  [[nodiscard]] float value() const noexcept {
    if (done()) return 1.0F;
    const float x = static_cast<float>(elapsed_) * step_;
    return x * x * x * (x * (6.0F * x - 15.0F) + 10.0F);
  }
  void advance() noexcept {
    if (!done()) ++elapsed_;
  }

 private:
  int frames_ = 0;
  int elapsed_ = 0;
  float step_ = 0;
};

}  // namespace dgx::plugin
