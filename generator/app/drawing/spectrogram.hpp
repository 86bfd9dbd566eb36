// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx::app {

/// Level over time and frequency. Rows are bands of equal musical width, the lowest first.
struct Spectrogram {
  int columns = 0;
  int rows = 0;
  double lowest_hz = 0.0;
  double highest_hz = 0.0;
  std::vector<float> levels_db{};  ///< [column * rows + row]; a sine of full scale reads 0, a few
                                   ///< dB less where windows resolve less than a band

  [[nodiscard]] float level_db(int column, int row) const {
    return levels_db[static_cast<std::size_t>(column) * static_cast<std::size_t>(rows) +
                     static_cast<std::size_t>(row)];
  }
};

constexpr float kSilenceDb = -150.0F;

/// Of all channels mixed, `columns` moments evenly over the clip. Long windows below, where notes
/// lie close together, short ones above, where drums are quick.
Result<Spectrogram> make_spectrogram(const AudioClip& clip, int columns, int rows, double lowest_hz,
                                     double highest_hz);

}  // namespace dgx::app
