// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/philox.hpp"

namespace dgx::test {

/// A sine that starts at phase 0, the same in every channel.
inline AudioClip sine_clip(int sample_rate, int channels, std::size_t frames, double frequency,
                           double amplitude) {
  AudioClip clip{sample_rate, channels, {}};
  for (std::size_t i = 0; i < frames; ++i) {
    const double angle = 2.0 * std::numbers::pi * frequency * static_cast<double>(i) / sample_rate;
    const auto sample = static_cast<float>(amplitude * std::sin(angle));
    clip.samples.insert(clip.samples.end(), static_cast<std::size_t>(channels), sample);
  }
  return clip;
}

/// Uniform noise in [-amplitude, amplitude), another in every channel.
inline AudioClip noise_clip(int sample_rate, int channels, std::size_t frames, double amplitude,
                            std::uint64_t seed) {
  RandomStream random(seed, 0);
  AudioClip clip{sample_rate, channels, {}};
  for (std::size_t i = 0; i < frames * static_cast<std::size_t>(channels); ++i) {
    clip.samples.push_back(static_cast<float>(amplitude * (2.0 * random.uniform() - 1.0)));
  }
  return clip;
}

}  // namespace dgx::test
