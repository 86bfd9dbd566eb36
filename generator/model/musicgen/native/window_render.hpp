// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "generator/model/musicgen/delay_pattern.hpp"
#include "generator/model/musicgen/native/conditioner.hpp"
#include "generator/model/musicgen/native/language_model.hpp"
#include "generator/model/musicgen/sampler.hpp"
#include "generator/model/musicgen/windows.hpp"

namespace dgx::musicgen {

/// A take while its codes are being made.
struct TakeInProgress {
  std::uint64_t seed = 0;
  Codes codes{};  ///< [codebook][frame], kUnknownCode where not made yet
};

/// Makes the codes of one window of several takes side by side. `conditions` has one pair a take,
/// all with prefixes of one length; frames from window.begin to window.begin + window.known are
/// known. `step_done` is called after every step of the model.
void render_window(const LanguageModel& model, std::span<TakeInProgress* const> takes,
                   std::span<const ConditionPair> conditions, const Window& window,
                   const Sampling& sampling, const std::function<void()>& step_done,
                   const std::stop_token& stop);

/// Steps of the model that render_window() takes.
std::int64_t count_steps(const DecoderConfig& config, const Window& window);

}  // namespace dgx::musicgen
