// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "plugin/engine/transport.hpp"

namespace dgx::plugin {

/// A take as the voices read it: left and right apart, and copies at a half, a quarter and an
/// eighth of the rate, so that playing up to four octaves fast costs no more than playing one
/// octave fast.
///
/// Immutable. Made and freed by the loader; the audio thread only reads it.
class Sample {
 public:
  static constexpr int kLevels = 4;

  struct Level {
    std::vector<float> left{};
    std::vector<float> right{};
  };

  /// A mono clip sounds on both sides. Takes about a second for five minutes of audio.
  explicit Sample(const AudioClip& clip, std::optional<TakeTiming> timing = {});

  [[nodiscard]] int sample_rate() const noexcept { return sample_rate_; }  ///< Hz
  [[nodiscard]] std::int64_t frames() const noexcept {
    return static_cast<std::int64_t>(levels_[0].left.size());
  }
  /// What the take says of its tempo; without it, it cannot follow a transport.
  [[nodiscard]] const std::optional<TakeTiming>& timing() const noexcept { return timing_; }
  /// Frame i of level n lies at frame i * 2^n of the take.
  [[nodiscard]] const Level& level(int n) const noexcept {
    return levels_[static_cast<std::size_t>(n)];
  }

 private:
  int sample_rate_;
  std::optional<TakeTiming> timing_{};
  std::array<Level, kLevels> levels_{};
};

}  // namespace dgx::plugin
