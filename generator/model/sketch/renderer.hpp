// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/music_model.hpp"
#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

struct RenderOptions {
  std::filesystem::path soundfont{};
  unsigned threads = 1;  ///< The samples do not depend on it
};

/// Called on the calling thread, a few times in a second, with steps done and steps in all.
using StepSink = std::function<void(int, int)>;

/// Plays a score: every part on its own, treated, balanced and ready to be summed (sum_of). Each
/// part lasts exactly plan.frames; note onsets lie on FluidSynth's blocks of 64 frames, at most
/// 0.67 ms off. Returns kCancelled soon after `stop` asks for it.
Result<std::vector<Part>> render_parts(const Plan& plan, const Score& score,
                                       const RenderOptions& options, const StepSink& progress,
                                       std::stop_token stop);

}  // namespace dgx::model::sketch
