// SPDX-License-Identifier: Apache-2.0
#include "generator/loudness/true_peak.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace dgx {
namespace {

// The interpolator of libswresample, which is the one inside ffmpeg's meter: a sinc of 32 taps
// under a Kaiser window with beta 9, every phase normalised to unity at DC.
constexpr std::size_t kTaps = 32;
constexpr std::size_t kTapsBefore = 15;  // Taps on samples before the one at or left of the point
constexpr double kKaiserBeta = 9.0;

template <std::size_t kPhases>
using Filter = std::array<std::array<float, kPhases>, kTaps>;

double kaiser(double position) {  // position in [-1, 1]
  const double inside = std::max(0.0, 1.0 - position * position);
  return std::cyl_bessel_i(0.0, kKaiserBeta * std::sqrt(inside));
}

template <std::size_t kPhases>
Filter<kPhases> make_filter() {
  Filter<kPhases> filter{};
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    const double fraction = static_cast<double>(phase) / static_cast<double>(kPhases);
    std::array<double, kTaps> taps{};
    double sum = 0.0;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const double distance =
          static_cast<double>(tap) - static_cast<double>(kTapsBefore) - fraction;
      const double angle = std::numbers::pi * distance;
      const double sinc = distance == 0.0 ? 1.0 : std::sin(angle) / angle;
      taps[tap] = sinc * kaiser(2.0 * distance / static_cast<double>(kTaps));
      sum += taps[tap];
    }
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      filter[tap][phase] = static_cast<float>(taps[tap] / sum);
    }
  }
  return filter;
}

/// How much the filter can raise any signal: the largest sum of magnitudes over the phases.
template <std::size_t kPhases>
float largest_gain(const Filter<kPhases>& filter) {
  float largest = 0.0F;
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    float sum = 0.0F;
    for (const auto& taps : filter) sum += std::abs(taps[phase]);
    largest = std::max(largest, sum);
  }
  return largest;
}

template <std::size_t kPhases>
float peak_behind(const float* window, const Filter<kPhases>& filter) {
  std::array<float, kPhases> values{};
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
      values[phase] += window[tap] * filter[tap][phase];
    }
  }
  float peak = 0.0F;
  for (const float value : values) peak = std::max(peak, std::abs(value));
  return peak;
}

float highest_magnitude(const float* begin, const float* end) {
  float highest = 0.0F;
  for (const float* sample = begin; sample != end; ++sample) {
    highest = std::max(highest, std::abs(*sample));
  }
  return highest;
}

std::vector<float> one_channel(const AudioClip& clip, std::size_t channel) {
  const auto channels = static_cast<std::size_t>(clip.channels);
  std::vector<float> samples(clip.frame_count());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = clip.samples[i * channels + channel];
  }
  return samples;
}

/// The samples with silence on both sides, so that every window is whole.
std::vector<float> between_silence(const std::vector<float>& samples) {
  std::vector<float> padded(kTaps, 0.0F);
  padded.insert(padded.end(), samples.begin(), samples.end());
  padded.insert(padded.end(), kTaps, 0.0F);
  return padded;
}

/// The first kTaps samples behind their mirror image.
std::vector<float> mirrored_start(const std::vector<float>& samples) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(kTaps, samples.size()));
  std::vector<float> mirrored(samples.begin(), samples.begin() + count);
  std::reverse(mirrored.begin(), mirrored.end());
  mirrored.insert(mirrored.end(), samples.begin() + (count > 0 ? 1 : 0), samples.begin() + count);
  return between_silence(mirrored);
}

/// The last kTaps samples before their mirror image.
std::vector<float> mirrored_end(const std::vector<float>& samples) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(kTaps, samples.size()));
  std::vector<float> mirrored(samples.end() - count, samples.end());
  mirrored.insert(mirrored.end(), samples.rbegin(), samples.rbegin() + count);
  return between_silence(mirrored);
}

template <std::size_t kPhases>
float channel_peak(const std::vector<float>& samples, float peak) {
  static const Filter<kPhases> filter = make_filter<kPhases>();
  static const float gain = largest_gain(filter);
  constexpr std::size_t kBlock = 64;
  const std::size_t windows = samples.size() - kTaps + 1;
  for (std::size_t start = 0; start < windows; start += kBlock) {
    const std::size_t end = std::min(windows, start + kBlock);
    // Most of a piece of music is too quiet to hold the peak between its samples.
    const float bound =
        gain * highest_magnitude(samples.data() + start, samples.data() + end + kTaps - 1);
    if (bound <= peak) continue;
    for (std::size_t i = start; i < end; ++i) {
      peak = std::max(peak, peak_behind<kPhases>(samples.data() + i, filter));
    }
  }
  return peak;
}

template <std::size_t kPhases>
float clip_peak(const AudioClip& clip) {
  // From the highest sample: nothing reads below it, and it lets the search skip the most.
  float peak = highest_magnitude(clip.samples.data(), clip.samples.data() + clip.samples.size());
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(clip.channels); ++channel) {
    const std::vector<float> samples = one_channel(clip, channel);
    peak = channel_peak<kPhases>(between_silence(samples), peak);
    // A clip that starts or ends inside a sound meets converters that continue it in their own
    // way. libswresample mirrors it; a loop is close to that too. The higher reading counts.
    peak = channel_peak<kPhases>(mirrored_start(samples), peak);
    peak = channel_peak<kPhases>(mirrored_end(samples), peak);
  }
  return peak;
}

}  // namespace

double true_peak(const AudioClip& clip) {
  const float peak = clip.sample_rate < 176400 ? clip_peak<8>(clip) : clip_peak<4>(clip);
  return static_cast<double>(peak);
}

}  // namespace dgx
