// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "generator/model/musicgen/model_config.hpp"

// What the decode step's own kernels (kernels/) ask of a model's shape.
namespace dgx::musicgen {

/// Columns of a PackedMatrix and of QuantisedRows come in multiples of this many.
constexpr std::int64_t kColumnBlock = 64;
/// Rows of a PackedMatrix come in multiples of this many.
constexpr std::int64_t kRowBlock = 4;
/// Numbers of a float vector: hidden sizes, head widths and blocks of keys are multiples of it.
constexpr std::int64_t kLanes = 16;

/// Whether the kernels fit this shape: as in every MusicGen, sizes are multiples of their lanes.
[[nodiscard]] constexpr bool can_pack(const DecoderConfig& config) {
  return config.hidden_size % kLanes == 0 && config.head_size() % kLanes == 0 &&
         config.ffn_dim % kLanes == 0 && config.num_codebooks * config.vocab_size % kRowBlock == 0;
}

}  // namespace dgx::musicgen
