// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/waveform_peaks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace dgx {
namespace {

PeakColumn summarize(std::span<const float> samples) {
  const auto number = [](float sample) { return std::isnan(sample) ? 0.0F : sample; };
  PeakColumn column{number(samples.front()), number(samples.front()), 0.0F};
  double energy = 0.0;
  for (const float raw : samples) {
    const float sample = number(raw);
    column.min = std::min(column.min, sample);
    column.max = std::max(column.max, sample);
    energy += static_cast<double>(sample) * static_cast<double>(sample);
  }
  column.rms = static_cast<float>(std::sqrt(energy / static_cast<double>(samples.size())));
  return column;
}

}  // namespace

std::vector<PeakColumn> peaks(const AudioClip& clip, int columns) {
  if (columns <= 0) return {};
  const auto count = static_cast<std::size_t>(columns);
  std::vector<PeakColumn> result(count);
  const std::size_t frames = clip.frame_count();
  if (frames == 0) return result;
  const auto channels = static_cast<std::size_t>(clip.channels);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t start = i * frames / count;
    const std::size_t end = std::max(start + 1, (i + 1) * frames / count);
    result[i] =
        summarize(std::span(clip.samples).subspan(start * channels, (end - start) * channels));
  }
  return result;
}

}  // namespace dgx
