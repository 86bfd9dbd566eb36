// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/vinyl.hpp"

#include <algorithm>
#include <cmath>

#include "generator/base/philox.hpp"
#include "generator/model/sketch/effects.hpp"

namespace dgx::model::sketch {
namespace {

constexpr double kCracklesPerSecond = 14.0;
constexpr double kPopsPerSecond = 0.8;

/// A click: a few samples that die away, somewhere between the speakers.
void add_click(std::vector<float>& samples, std::size_t frame, double force, double decay,
               RandomStream& random) {
  const double side = random.uniform();
  const double sign = random.chance(0.5) ? 1.0 : -1.0;
  for (std::size_t i = 0; i < 200 && frame + i < samples.size() / 2; ++i) {
    const double value = sign * force * std::exp(-static_cast<double>(i) / decay) *
                         std::cos(0.35 * static_cast<double>(i));
    samples[2 * (frame + i)] += static_cast<float>(value * (1.0 - 0.7 * side));
    samples[2 * (frame + i) + 1] += static_cast<float>(value * (0.3 + 0.7 * side));
  }
}

/// Silent outside the notes, with short slopes at their ends.
void gate(std::vector<float>& samples, const ScorePart& part, double bpm) {
  const std::size_t frames = samples.size() / 2;
  std::vector<float> open(frames, 0.0F);
  for (const Note& note : part.notes) {
    const auto from = static_cast<std::size_t>(note.start * 60.0 / bpm * kSampleRate);
    const auto to =
        static_cast<std::size_t>((note.start + note.length) * 60.0 / bpm * kSampleRate + 2);
    for (std::size_t i = from; i < std::min(to, frames); ++i) open[i] = 1.0F;
  }
  float level = open.empty() ? 0.0F : open.front();
  for (std::size_t i = 0; i < frames; ++i) {
    level = std::clamp(open[i], level - 0.0005F, level + 0.0005F);
    samples[2 * i] *= level;
    samples[2 * i + 1] *= level;
  }
}

}  // namespace

std::vector<float> vinyl_noise(const ScorePart& part, double bpm, std::size_t frames,
                               std::uint64_t seed) {
  RandomStream random(seed, static_cast<std::uint32_t>(Stream::kTextureSound));
  std::vector<float> samples(frames * 2);
  for (float& sample : samples) sample = static_cast<float>(0.02 * (random.uniform() - 0.5));
  lowpass(samples, 5000);
  highpass(samples, 400);
  const double seconds = static_cast<double>(frames) / kSampleRate;
  const auto crackles = static_cast<int>(kCracklesPerSecond * seconds);
  const auto pops = static_cast<int>(kPopsPerSecond * seconds);
  for (int i = 0; i < crackles + pops; ++i) {
    const auto frame = static_cast<std::size_t>(random.uniform() * static_cast<double>(frames));
    // Many faint ones, few loud ones.
    const double force = std::pow(random.uniform(), 3.0);
    const bool pop = i >= crackles;
    add_click(samples, frame, pop ? 0.1 + 0.1 * force : 0.08 * force, pop ? 25.0 : 4.0, random);
  }
  gate(samples, part, bpm);
  return samples;
}

}  // namespace dgx::model::sketch
