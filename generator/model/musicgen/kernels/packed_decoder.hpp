// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "generator/model/musicgen/kernels/packed_matrix.hpp"
#include "generator/model/musicgen/model_config.hpp"

namespace dgx::musicgen {

struct NormWeights {
  std::vector<float> weight{};  ///< [hidden_size]
  std::vector<float> bias{};    ///< [hidden_size]
};

struct PackedLayer {
  NormWeights attention_norm{};
  PackedMatrix query_key_value{};  ///< By heads: [heads][query, key, value][head size]
  PackedMatrix attention_out{};
  NormWeights cross_norm{};  ///< This and the next three: of models that attend to the text
  PackedMatrix cross_query{};
  PackedMatrix cross_key_value{};  ///< By heads: [heads][key, value][head size]
  PackedMatrix cross_out{};
  NormWeights feed_forward_norm{};
  PackedMatrix widen{};
  PackedMatrix narrow{};
};

/// The transformer over codes (language_model.hpp says what it computes) with weights in 8 bits.
struct PackedDecoder {
  DecoderConfig config{};
  bool cross_attention = true;
  std::vector<float> embedding{};  ///< [codebooks][vocab_size + 1][hidden_size]
  std::vector<PackedLayer> layers{};
  NormWeights final_norm{};
  PackedMatrix heads{};  ///< [codebooks][vocab_size]
};

}  // namespace dgx::musicgen
