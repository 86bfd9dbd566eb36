// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dgx::musicgen {

/// How a code is drawn from the model's logits, by audiocraft's rules.
struct Sampling {
  double temperature = 1.0;  ///< 0: the likeliest code, always
  std::int64_t top_k = 250;  ///< Draw among the k likeliest, ties included; 0: among all
  double top_p = 0.0;        ///< Above 0: in place of top_k, among the likeliest that reach p
  double cfg_coef = 3.0;     ///< Weight of the prompt; at 1 no unconditional pass is made
};

/// Where a code stands in a take. It alone, with the take's seed, decides the random number, so
/// that a take never depends on batch, threads or what ran before.
struct CodePosition {
  std::uint64_t seed = 0;
  std::int64_t frame = 0;  ///< From the start of the take, through all windows
  int codebook = 0;
};

/// Classifier-free guidance (Ho and Salimans, 2022): without + scale * (with - without), written
/// over `with_prompt`. Both hold one logit a code.
void guide(std::span<float> with_prompt, std::span<const float> without_prompt, double scale);

/// The probability of each code under temperature, top-k and top-p; they sum to 1. At temperature
/// 0 the likeliest code (the first of equals) has them all.
std::vector<double> probabilities(std::span<const float> logits, const Sampling& sampling);

/// Draws a code from probabilities() by inversion of their sum, in the order of the codes.
std::int32_t sample(std::span<const float> logits, const Sampling& sampling,
                    const CodePosition& position);

}  // namespace dgx::musicgen
