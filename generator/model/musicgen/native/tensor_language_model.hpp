// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/language_model.hpp"
#include "generator/model/musicgen/native/linear.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

struct LayerNorm {
  at::Tensor weight{};
  at::Tensor bias{};
  [[nodiscard]] at::Tensor operator()(const at::Tensor& states) const;
};

/// The language model by libtorch, on the device and in the type of its weights. In float32 it is
/// what all else is measured against.
///
/// Threads: const calls may come from several threads.
class TensorLanguageModel final : public LanguageModel {
 public:
  TensorLanguageModel(const Weights& weights, const DecoderConfig& config, bool cross_attention);

  [[nodiscard]] const DecoderConfig& config() const override { return config_; }
  [[nodiscard]] double column_growth(std::int64_t rows) const override {
    return static_cast<double>(rows) / (8 * static_cast<double>(config_.hidden_size));
  }
  [[nodiscard]] std::unique_ptr<Decoding> begin(const std::vector<Condition>& rows,
                                                std::int64_t columns,
                                                const std::stop_token& stop) const override;
  [[nodiscard]] at::TensorOptions options() const { return embedding_.options(); }

 private:
  friend class TensorDecoding;

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

/// The keys and values of all columns so far, and those of what is cross-attended to.
class TensorDecoding final : public Decoding {
 public:
  TensorDecoding(const TensorLanguageModel& model, const std::vector<Condition>& rows,
                 std::int64_t columns, const std::stop_token& stop);

  at::Tensor advance(const at::Tensor& codes, const std::stop_token& stop) override;

 private:
  struct KeysValues {
    at::Tensor keys{};    ///< [rows, heads, positions, head width]
    at::Tensor values{};  ///< Of the same shape
  };
  using Layer = TensorLanguageModel::Layer;

  [[nodiscard]] at::Tensor input_states(const at::Tensor& codes) const;
  /// The states of the next places, through all layers.
  [[nodiscard]] at::Tensor through_layers(at::Tensor states, const std::stop_token& stop);
  [[nodiscard]] KeysValues split(const at::Tensor& joined) const;
  [[nodiscard]] at::Tensor self_attention(const Layer& layer, KeysValues& cache,
                                          const at::Tensor& states);
  void add_cross_attention(const Layer& layer, const std::vector<KeysValues>& attended,
                           at::Tensor& states) const;

  const TensorLanguageModel& model_;
  at::Tensor prefix_{};  ///< [rows, length, hidden_size]; undefined where there is none
  std::int64_t position_ = 0;
  std::vector<KeysValues> caches_{};                 ///< One a layer
  std::vector<std::vector<KeysValues>> attended_{};  ///< [layer][row with something to attend to]
};

}  // namespace dgx::musicgen
