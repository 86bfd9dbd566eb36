// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generator/audio/audio_clip.hpp"

namespace dgx {

/// What one column of a drawn waveform covers, over all channels. Silence is all zeros.
struct PeakColumn {
  float min = 0.0F;
  float max = 0.0F;
  float rms = 0.0F;
};

/// The clip in `columns` equal pieces of time, each frame in exactly one of them. A clip with fewer
/// frames than columns repeats frames, so that no column is a hole. Samples that are not a number
/// count as zero. An empty clip gives silence; no columns give an empty vector.
std::vector<PeakColumn> peaks(const AudioClip& clip, int columns);

}  // namespace dgx
