// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace dgx::musicgen {

/// Codes of one take: [codebook][frame], without the delay. Stereo codebooks are in the model's
/// own order: 1L, 1R, 2L, 2R, ...
using Codes = std::vector<std::vector<std::int32_t>>;

/// A frame that is not known yet.
inline constexpr std::int32_t kUnknownCode = -1;

/// The delay pattern of MusicGen (Copet et al., "Simple and Controllable Music Generation", 2023,
/// section 2.2): codebook k stands k columns later than codebook 0, so that all codebooks of a
/// column can be predicted at once. The two channels of a stereo model share a delay.
///
/// Column 0 holds the special token in every codebook; frame t of a codebook with delay d stands
/// in column t + d + 1; every other cell holds the special token.
class DelayPattern {
 public:
  /// `codebooks` is a multiple of `channels`, which is 1 or 2.
  DelayPattern(int codebooks, int channels, std::int64_t frames);

  /// Length of the delayed sequence. The model predicts column s + 1 from columns 0 to s, so one
  /// fewer step is needed.
  [[nodiscard]] std::int64_t columns() const { return frames_ + codebooks_ / channels_; }
  [[nodiscard]] std::int64_t frames() const { return frames_; }
  [[nodiscard]] int codebooks() const { return codebooks_; }

  [[nodiscard]] int delay(int codebook) const { return codebook / channels_; }

  /// The frame whose code stands in a cell; nothing where the special token stands.
  [[nodiscard]] std::optional<std::int64_t> frame_at(int codebook, std::int64_t column) const;

 private:
  int codebooks_;
  int channels_;
  std::int64_t frames_;
};

}  // namespace dgx::musicgen
