// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"

namespace dgx::musicgen {

/// The melody of a recording as MusicGen sees it: for each frame the one pitch class that is
/// strongest, by a power spectrogram and librosa's chroma filters (transformers'
/// MusicgenMelodyFeatureExtractor). C is 0.
class ChromaExtractor {
 public:
  explicit ChromaExtractor(const MelodyConfig& config);

  /// Pitch classes of `samples` (one channel at config.sampling_rate), one for each hop_length.
  /// Samples beyond config.chunk_length seconds are left out.
  [[nodiscard]] std::vector<std::int64_t> pitch_classes(std::span<const float> samples) const;

  /// The filters, [num_chroma, n_fft / 2 + 1]; for tests.
  [[nodiscard]] const at::Tensor& filters() const { return filters_; }

 private:
  MelodyConfig config_;
  at::Tensor filters_{};
};

}  // namespace dgx::musicgen
