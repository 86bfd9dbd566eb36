// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generator/model/sketch/checkpoint.hpp"

namespace dgx::model::sketch {

/// Loudness of interleaved stereo at kSampleRate in LUFS, by ITU-R BS.1770-4 with its gates; -100
/// for silence. Balances the parts against each other; what a take ends up with is measured later,
/// by the export chain's own meter.
double loudness_of(const std::vector<float>& samples, const Checkpoint& checkpoint = {});

}  // namespace dgx::model::sketch
