// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/model_config.hpp"

namespace dgx::musicgen {

/// What making one take of 30 s takes of the memory that a model computes in, in bytes: what is
/// allocated, by the shapes of the configuration. Longer takes are made in windows of 30 s; each
/// take more of a batch takes `attention` once more.
struct MemoryNeed {
  std::uint64_t language_model = 0;  ///< Its weights
  std::uint64_t other_weights = 0;   ///< Text encoder, projections and codec, in float32
  std::uint64_t attention = 0;       ///< Keys and values, with the prompt and without it
  std::uint64_t codec_work = 0;      ///< On a block of audio, before attention begins or after it
  std::uint64_t program = 0;         ///< libtorch and the engine; on a card, their part of it
  std::uint64_t read_a_step = 0;     ///< Of the language model's weights, in each decode step

  [[nodiscard]] std::uint64_t total() const;
};

/// What NumberType::kAutomatic stands for.
[[nodiscard]] NumberType resolved(NumberType type, const DecoderConfig& config, bool on_card);

/// `type` may be kAutomatic.
[[nodiscard]] MemoryNeed memory_need(const ModelConfig& config, NumberType type, bool on_card);

}  // namespace dgx::musicgen
