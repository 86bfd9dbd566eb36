// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace dgx {

/// A piece of audio in memory. Samples are interleaved 32-bit floats, full scale at +-1; values
/// beyond full scale are legal until the export chain has applied its gain.
struct AudioClip {
  int sample_rate = 0;  ///< Hz
  int channels = 0;     ///< 1 or 2
  std::vector<float> samples{};

  [[nodiscard]] std::size_t frame_count() const {
    return channels > 0 ? samples.size() / static_cast<std::size_t>(channels) : 0;
  }
  [[nodiscard]] double duration_seconds() const {
    return sample_rate > 0 ? static_cast<double>(frame_count()) / sample_rate : 0.0;
  }
};

}  // namespace dgx
