// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/rendered_take.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// A take as it will be heard: at the asked rate, length and loudness, not yet in a file.
struct FinishedTake {
  AudioClip mix{};
  std::vector<model::Part> parts{};
  protocol::LoudnessFacts loudness{};
  std::optional<protocol::LoopFacts> loop{};
  std::vector<std::string> warnings{};  ///< The model's and the chain's own
};

/// What every model's audio goes through: resample to the asked rate and to the exact length,
/// measure, one gain to the target loudness, measure again. Where the true-peak ceiling binds it
/// wins, for the mix and for every part, and the facts say by how many LU the target was missed.
/// Parts get the mix's gain, so that they still sum to it. Nothing is ever clamped; a take below
/// -70 LUFS is left as it is, with a warning.
/// Takes the audio out of `take` and leaves the facts. Threads: any. Fails with kCancelled soon
/// after `stop`.
Result<FinishedTake> finish_take(model::RenderedTake& take,
                                 const protocol::GenerationRequest& request,
                                 const std::stop_token& stop);

}  // namespace dgx::jobs
