// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/linear.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

/// The encoder half of T5 (Raffel et al., "Exploring the Limits of Transfer Learning with a
/// Unified Text-to-Text Transformer", 2020), in float32. One prompt at a time: without padding
/// there is nothing to mask, and a prompt's states never depend on another prompt.
///
/// Threads: const calls may come from several threads.
class TextEncoder {
 public:
  TextEncoder(const Weights& weights, const TextEncoderConfig& config);

  /// The states of the tokens (with </s> at the end): [length, d_model].
  [[nodiscard]] at::Tensor encode(std::span<const std::int32_t> tokens) const;

 private:
  struct Block {
    at::Tensor attention_norm{};
    Linear query_key_value{};
    Linear attention_out{};
    at::Tensor feed_forward_norm{};
    Linear widen{};
    Linear narrow{};
  };

  [[nodiscard]] Block load_block(const Weights& weights, const std::string& prefix) const;
  [[nodiscard]] at::Tensor normed(const at::Tensor& states, const at::Tensor& weight) const;
  [[nodiscard]] at::Tensor attention(const Block& block, const at::Tensor& states,
                                     const at::Tensor& position_bias) const;
  [[nodiscard]] at::Tensor position_bias(std::int64_t length) const;

  TextEncoderConfig config_;
  at::Tensor embedding_{};      ///< [vocab_size, d_model]
  at::Tensor relative_bias_{};  ///< [buckets, heads], shared by all blocks
  std::vector<Block> blocks_{};
  at::Tensor final_norm_{};
};

/// The bucket of a key that stands `distance` tokens after the query: half of the buckets for each
/// side; of these, half for one distance each and half growing with its logarithm.
std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t buckets,
                                      std::int64_t max_distance);

}  // namespace dgx::musicgen
