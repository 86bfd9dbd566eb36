// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/delay_pattern.hpp"

#include <cassert>

namespace dgx::musicgen {

DelayPattern::DelayPattern(int codebooks, int channels, std::int64_t frames)
    : codebooks_(codebooks), channels_(channels), frames_(frames) {
  assert(channels > 0 && codebooks % channels == 0);
}

std::optional<std::int64_t> DelayPattern::frame_at(int codebook, std::int64_t column) const {
  const std::int64_t frame = column - delay(codebook) - 1;
  if (frame < 0 || frame >= frames_) return std::nullopt;
  return frame;
}

}  // namespace dgx::musicgen
