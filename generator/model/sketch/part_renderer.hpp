// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

/// Called after every piece of work (some 85 ms of music); answers whether to go on.
using PieceDone = std::function<bool()>;

/// How many pieces of work a part of this plan is, about.
int pieces_of_part(const Plan& plan);

/// Renders and treats one part: interleaved stereo of plan.frames frames at its level of the
/// genre. Threads: any, several parts at once. kCancelled where PieceDone says so.
Result<std::vector<float>> render_part(const Plan& plan, const Score& score, const ScorePart& part,
                                       const std::filesystem::path& soundfont,
                                       const PieceDone& piece_done);

}  // namespace dgx::model::sketch
