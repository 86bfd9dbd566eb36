// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/sample.hpp"

#include <algorithm>
#include <span>

#include "plugin/engine/kaiser.hpp"

namespace dgx::plugin {
namespace {

// Every second sample of `source` behind a low-pass that ends where the half rate's band does. Its
// length is odd, so that it delays by whole samples and the frames of all levels line up.
std::vector<float> half_rate(std::span<const float> source, std::span<const float> kernel) {
  const auto size = static_cast<std::ptrdiff_t>(source.size());
  const auto half = static_cast<std::ptrdiff_t>(kernel.size() / 2);
  std::vector<float> result((source.size() + 1) / 2);
  for (std::ptrdiff_t i = 0; i < size; i += 2) {
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(i - half, 0);
    const std::ptrdiff_t last = std::min(i + half, size - 1);
    float sum = 0;
    for (std::ptrdiff_t j = first; j <= last; ++j) {
      sum += source[static_cast<std::size_t>(j)] * kernel[static_cast<std::size_t>(j - i + half)];
    }
    result[static_cast<std::size_t>(i / 2)] = sum;
  }
  return result;
}

Sample::Level planar(const AudioClip& clip) {
  Sample::Level level;
  const auto channels = static_cast<std::size_t>(clip.channels);
  const std::size_t frames = clip.frame_count();
  level.left.resize(frames);
  level.right.resize(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    level.left[i] = clip.samples[i * channels];
    level.right[i] = clip.samples[i * channels + channels - 1];
  }
  return level;
}

}  // namespace

Sample::Sample(const AudioClip& clip, std::optional<TakeTiming> timing)
    : sample_rate_(clip.sample_rate), timing_(timing) {
  constexpr int kHalfBandTaps = 127;
  const std::vector<float> kernel = kaiser_low_pass(0.5, kHalfBandTaps);
  levels_[0] = planar(clip);
  for (std::size_t n = 1; n < levels_.size(); ++n) {
    levels_[n] = {half_rate(levels_[n - 1].left, kernel), half_rate(levels_[n - 1].right, kernel)};
  }
}

}  // namespace dgx::plugin
