// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/engine/ramp.hpp"

namespace dgx::plugin {

/// Fades a voice in and out.
/// Threads: the audio thread; no call allocates.
class Envelope {
 public:
  /// From silence to full over `frames`; 0 begins at full.
  void attack(int frames) noexcept {
    stage_ = Stage::kAttack;
    ramp_.start(frames);
  }

  /// From where it stands to silence over `frames`; a release under way only gets shorter.
  void release(int frames) noexcept {
    if (stage_ == Stage::kSilent) return;
    if (stage_ == Stage::kRelease && ramp_.remaining() <= frames) return;
    from_ = level();
    stage_ = Stage::kRelease;
    ramp_.start(frames);
  }

  /// The gain of the frame that it stands at, 0 to 1.
  [[nodiscard]] float level() const noexcept {
    switch (stage_) {
      case Stage::kAttack:
        return ramp_.value();
      case Stage::kRelease:
        return from_ * (1.0F - ramp_.value());
      case Stage::kSilent:
        break;
    }
    return 0.0F;
  }
  void advance() noexcept {
    ramp_.advance();
    if (stage_ == Stage::kRelease && ramp_.done()) stage_ = Stage::kSilent;
  }

  [[nodiscard]] bool silent() const noexcept { return stage_ == Stage::kSilent; }
  [[nodiscard]] bool releasing() const noexcept { return stage_ == Stage::kRelease; }

 private:
  enum class Stage { kSilent, kAttack, kRelease };

  Stage stage_ = Stage::kSilent;
  Ramp ramp_{};
  float from_ = 0;
};

}  // namespace dgx::plugin
