// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/sketch/checkpoint.hpp"
#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

/// How many checkpoints a part of this plan passes, about.
int pieces_of_part(const Plan& plan);

/// How the kick pushes the ducked parts down: one curve for all of them.
std::vector<float> ducking_of(const Plan& plan, const Score& score, const Checkpoint& checkpoint);

/// Renders and treats one part: interleaved stereo of plan.frames frames at its level of the
/// genre. Threads: any, several parts at once. The
/// checkpoint is passed after each piece, and lets its exception through.
Result<std::vector<float>> render_part(const Plan& plan, const Score& score, const ScorePart& part,
                                       const std::vector<float>& ducking,
                                       const std::filesystem::path& soundfont,
                                       const Checkpoint& checkpoint);

}  // namespace dgx::model::sketch
