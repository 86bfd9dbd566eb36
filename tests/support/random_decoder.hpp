// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "generator/base/philox.hpp"
#include "generator/model/musicgen/kernels/packed_decoder.hpp"

namespace dgx::test {

/// Uniform in [-size, size].
inline std::vector<float> random_floats(RandomStream& random, std::int64_t count, float size) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = size * static_cast<float>(2 * random.uniform() - 1);
  return values;
}

/// A decoder of this shape with weights drawn so that states keep their size.
inline musicgen::PackedDecoder random_decoder(const musicgen::DecoderConfig& config,
                                              std::uint64_t seed) {
  RandomStream random(seed, 0);
  const auto matrix = [&](std::int64_t rows, std::int64_t columns) {
    musicgen::PackedMatrix packed(rows, columns);
    const float size = std::sqrt(3.0F / static_cast<float>(columns));
    for (std::int64_t row = 0; row < rows; ++row) {
      packed.set_row(row, random_floats(random, columns, size));
    }
    return packed;
  };
  const std::int64_t width = config.hidden_size;
  const auto norm = [&] {
    musicgen::NormWeights drawn{random_floats(random, width, 0.5F),
                                random_floats(random, width, 0.1F)};
    for (float& weight : drawn.weight) weight += 1.0F;
    return drawn;
  };
  musicgen::PackedDecoder decoder;
  decoder.config = config;
  decoder.embedding =
      random_floats(random, config.num_codebooks * (config.vocab_size + 1) * width, 0.5F);
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    musicgen::PackedLayer& layer = decoder.layers.emplace_back();
    layer.attention_norm = norm();
    layer.query_key_value = matrix(3 * width, width);
    layer.attention_out = matrix(width, width);
    layer.cross_norm = norm();
    layer.cross_query = matrix(width, width);
    layer.cross_key_value = matrix(2 * width, width);
    layer.cross_out = matrix(width, width);
    layer.feed_forward_norm = norm();
    layer.widen = matrix(config.ffn_dim, width);
    layer.narrow = matrix(width, config.ffn_dim);
  }
  decoder.final_norm = norm();
  decoder.heads = matrix(config.num_codebooks * config.vocab_size, width);
  return decoder;
}

}  // namespace dgx::test
