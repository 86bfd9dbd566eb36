// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "generator/model/music_model.hpp"
#include "generator/model/sketch/checkpoint.hpp"

namespace dgx::model::sketch {

/// Holds the peaks of the sum together, as a limiter on the bus would, with one gain curve for all
/// parts, then scales all parts so that the sum peaks at -3 dBFS. Because every part gets the same
/// gain, the parts still sum to the mix. `loop`: the curve goes round as the clip does.
void glue(std::vector<Part>& parts, bool loop, const Checkpoint& checkpoint = {});

/// The sum of the parts, in their order, in float.
AudioClip sum_of(const std::vector<Part>& parts, const Checkpoint& checkpoint = {});

}  // namespace dgx::model::sketch
