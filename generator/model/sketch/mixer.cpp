// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/mixer.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "generator/model/sketch/effects.hpp"
#include "generator/model/sketch/level.hpp"

namespace dgx::model::sketch {
namespace {

/// A peak may stand this far above the loudness: with it -16 LUFS fits below -1 dBTP.
constexpr double kCrestDb = 13.0;
constexpr float kPeak = 0.7079458F;  // -3 dBFS
constexpr std::size_t kReach = 720;  // 15 ms before and after a peak

double from_db(double db) {
  return std::pow(10.0, db / 20.0);
}

/// What gain each frame may have at most, with kReach * 2 frames of surroundings on either side.
std::vector<float> wanted_gains(const AudioClip& mix, float ceiling, bool loop,
                                const Checkpoint& checkpoint) {
  const std::size_t frames = mix.frame_count();
  const std::size_t margin = 2 * kReach;
  std::vector<float> gains(frames + 2 * margin, 1.0F);
  in_pieces(gains.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      // Before the beginning and after the end lies silence, or the loop itself.
      if (!loop && (i < margin || i >= margin + frames)) continue;
      const std::size_t frame = (i + frames * (margin / frames + 1) - margin) % frames;
      const float peak =
          std::max(std::abs(mix.samples[2 * frame]), std::abs(mix.samples[2 * frame + 1]));
      if (peak > ceiling) gains[i] = ceiling / peak;
    }
  });
  return gains;
}

/// The least value within kReach of each place: result[i] covers values[i .. i + 2 kReach].
std::vector<float> least_around(const std::vector<float>& values, const Checkpoint& checkpoint) {
  const std::size_t window = 2 * kReach + 1;
  std::vector<float> least;
  least.reserve(values.size() - window + 1);
  std::deque<std::size_t> rising;
  in_pieces(values.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      while (!rising.empty() && values[rising.back()] >= values[i]) rising.pop_back();
      rising.push_back(i);
      if (rising.front() + window <= i) rising.pop_front();
      if (i + 1 >= window) least.push_back(values[rising.front()]);
    }
  });
  return least;
}

/// Means over the same reach: smooth, and nowhere above the gain that a peak needs.
std::vector<float> smoothed(const std::vector<float>& values, std::size_t frames,
                            const Checkpoint& checkpoint) {
  const std::size_t window = 2 * kReach + 1;
  std::vector<float> means(frames);
  double sum = 0.0;
  for (std::size_t i = 0; i < window; ++i) sum += values[i];
  in_pieces(frames, checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      means[i] = static_cast<float>(sum / static_cast<double>(window));
      if (i + window < values.size()) {
        sum += static_cast<double>(values[i + window]) - static_cast<double>(values[i]);
      }
    }
  });
  return means;
}

float peak_of(const AudioClip& clip) {
  float peak = 0.0F;
  for (const float sample : clip.samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

}  // namespace

AudioClip sum_of(const std::vector<Part>& parts, const Checkpoint& checkpoint) {
  AudioClip mix = parts.front().audio;
  for (std::size_t part = 1; part < parts.size(); ++part) {
    const std::vector<float>& samples = parts[part].audio.samples;
    in_pieces(samples.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) mix.samples[i] += samples[i];
    });
  }
  return mix;
}

void glue(std::vector<Part>& parts, bool loop, const Checkpoint& checkpoint) {
  const AudioClip mix = sum_of(parts, checkpoint);
  const float peak = peak_of(mix);
  if (peak == 0.0F) return;
  const auto wanted = static_cast<float>(from_db(loudness_of(mix.samples, checkpoint) + kCrestDb));
  // A short blow in silence has little loudness: never take more than 12 dB.
  const float ceiling = std::max(wanted, peak * 0.25F);
  const float scale = kPeak / std::min(peak, ceiling);
  std::vector<float> curve(mix.frame_count(), 1.0F);
  if (peak > ceiling) {
    curve = smoothed(least_around(wanted_gains(mix, ceiling, loop, checkpoint), checkpoint),
                     curve.size(), checkpoint);
  }
  for (float& gain : curve) gain *= scale;
  for (Part& part : parts) apply_curve(part.audio.samples, curve, checkpoint);
}

}  // namespace dgx::model::sketch
