// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

/// The noise of a worn record while the part's notes last: hiss, crackle and now and then a pop.
/// Interleaved stereo at kSampleRate. The same seed gives the same noise.
std::vector<float> vinyl_noise(const ScorePart& part, double bpm, std::size_t frames,
                               std::uint64_t seed);

}  // namespace dgx::model::sketch
