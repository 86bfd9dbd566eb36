// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"

namespace dgx::musicgen {

/// What one row of a batch is made from.
struct Condition {
  /// States to attend to, [length, hidden_size]. Undefined: cross-attention gives nothing, which
  /// is what it gives for states and keys that are all zero, since its projections have no bias.
  at::Tensor attended{};
  at::Tensor prefix{};  ///< States that stand before the codes, [length, hidden_size]; may be none
};

/// One batch on its way through a LanguageModel, which it refers to.
class Decoding {
 public:
  virtual ~Decoding() = default;

  /// Reads the next columns, [rows, codebooks, n] of codes, and gives the logits of the column
  /// that follows the last of them: [rows, codebooks, vocab_size] in float32 on the CPU. Throws
  /// Failure kCancelled within a layer's time after `stop`.
  virtual at::Tensor advance(const at::Tensor& codes, const std::stop_token& stop) = 0;
};

/// The transformer over codes: embeddings of all codebooks summed, sinusoidal positions, pre-norm
/// layers with causal self-attention and cross-attention, one head a codebook.
///
/// Threads: one batch at a time.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  [[nodiscard]] virtual const DecoderConfig& config() const = 0;

  /// What one more column to look back at adds to a step of `rows` rows, as a part of its time: the
  /// bytes of its keys and values, 2 width a layer and row, over those of all weights, about
  /// 16 width^2 a layer.
  [[nodiscard]] virtual double column_growth(std::int64_t rows) const = 0;

  /// One row each; those with something to attend to come first, and all prefixes have one length.
  /// `columns` is the most that advance() will be given in all.
  [[nodiscard]] virtual std::unique_ptr<Decoding> begin(const std::vector<Condition>& rows,
                                                        std::int64_t columns,
                                                        const std::stop_token& stop) const = 0;
};

}  // namespace dgx::musicgen
