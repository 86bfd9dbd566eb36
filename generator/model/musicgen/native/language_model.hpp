// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/linear.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

/// What one row of a batch is made from.
struct Condition {
  /// States to attend to, [length, hidden_size]. Undefined: cross-attention gives nothing, which
  /// is what it gives for states and keys that are all zero, since its projections have no bias.
  at::Tensor attended{};
  at::Tensor prefix{};  ///< States that stand before the codes, [length, hidden_size]; may be none
};

struct LayerNorm {
  at::Tensor weight{};
  at::Tensor bias{};
  [[nodiscard]] at::Tensor operator()(const at::Tensor& states) const;
};

/// The transformer over codes: embeddings of all codebooks summed, sinusoidal positions, pre-norm
/// layers with causal self-attention and cross-attention, one head a codebook.
///
/// Threads: const calls may come from several threads.
class LanguageModel {
 public:
  LanguageModel(const Weights& weights, const DecoderConfig& config, bool cross_attention);

  [[nodiscard]] const DecoderConfig& config() const { return config_; }
  [[nodiscard]] at::TensorOptions options() const { return embedding_.options(); }

 private:
  friend class Decoding;

  struct CrossAttention {
    LayerNorm norm{};
    Linear query{};
    Linear key_value{};
    Linear out{};
  };
  struct Layer {
    LayerNorm attention_norm{};
    Linear query_key_value{};
    Linear attention_out{};
    CrossAttention cross{};
    LayerNorm feed_forward_norm{};
    Linear widen{};
    Linear narrow{};
  };

  [[nodiscard]] LayerNorm load_norm(const Weights& weights, const std::string& name) const;
  [[nodiscard]] Layer load_layer(const Weights& weights, const std::string& prefix) const;
  [[nodiscard]] CrossAttention load_cross(const Weights& weights, const std::string& prefix) const;

  [[nodiscard]] at::Tensor embed(const at::Tensor& codes) const;
  [[nodiscard]] at::Tensor positions(std::int64_t first, std::int64_t count) const;

  DecoderConfig config_;
  bool cross_attention_;
  at::Tensor embedding_{};  ///< [codebooks * (vocab_size + 1), hidden_size]
  std::vector<Layer> layers_{};
  LayerNorm final_norm_{};
  Linear heads_{};  ///< To [codebooks * vocab_size]
};

/// One batch on its way through a LanguageModel: the keys and values of all columns so far, and
/// those of what is cross-attended to. Refers to the model.
class Decoding {
 public:
  /// One row each; those with something to attend to come first, and all prefixes have one length.
  /// `columns` is the most that advance() will be given in all.
  Decoding(const LanguageModel& model, const std::vector<Condition>& rows, std::int64_t columns,
           const std::stop_token& stop);

  /// Reads the next columns, [rows, codebooks, n] of codes, and gives the logits of the column
  /// that follows the last of them: [rows, codebooks, vocab_size] in float32 on the CPU. Throws
  /// Failure kCancelled within a layer's time after `stop`.
  at::Tensor advance(const at::Tensor& codes, const std::stop_token& stop);

 private:
  struct KeysValues {
    at::Tensor keys{};    ///< [rows, heads, positions, head width]
    at::Tensor values{};  ///< Of the same shape
  };
  using Layer = LanguageModel::Layer;

  [[nodiscard]] at::Tensor input_states(const at::Tensor& codes) const;
  /// The states of the next places, through all layers.
  [[nodiscard]] at::Tensor through_layers(at::Tensor states, const std::stop_token& stop);
  [[nodiscard]] KeysValues split(const at::Tensor& joined) const;
  [[nodiscard]] at::Tensor self_attention(const Layer& layer, KeysValues& cache,
                                          const at::Tensor& states);
  void add_cross_attention(const Layer& layer, const std::vector<KeysValues>& attended,
                           at::Tensor& states) const;

  const LanguageModel& model_;
  at::Tensor prefix_{};  ///< [rows, length, hidden_size]; undefined where there is none
  std::int64_t position_ = 0;
  std::vector<KeysValues> caches_{};                 ///< One a layer
  std::vector<std::vector<KeysValues>> attended_{};  ///< [layer][row with something to attend to]
};

}  // namespace dgx::musicgen
