// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/tensor_language_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>

#include "generator/model/musicgen/native/attention.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

std::vector<std::string> numbered(const std::string& prefix, std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) {
    names.push_back(prefix + std::to_string(i) + ".weight");
  }
  return names;
}

}  // namespace

at::Tensor LayerNorm::operator()(const at::Tensor& states) const {
  constexpr double kEpsilon = 1e-5;
  return at::layer_norm(states, weight.sizes(), weight, bias, kEpsilon);
}

TensorLanguageModel::TensorLanguageModel(const Weights& weights, const DecoderConfig& config,
                                         bool cross_attention)
    : config_(config), cross_attention_(cross_attention) {
  const std::string decoder = "decoder.model.decoder.";
  const std::int64_t width = config.hidden_size;
  embedding_ = weights.stacked(numbered(decoder + "embed_tokens.", config.num_codebooks),
                               {config.vocab_size + 1, width});
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    layers_.push_back(load_layer(weights, decoder + "layers." + std::to_string(i) + "."));
  }
  final_norm_ = load_norm(weights, decoder + "layer_norm");
  heads_.weight = weights.stacked(numbered("decoder.lm_heads.", config.num_codebooks),
                                  {config.vocab_size, width});
}

LayerNorm TensorLanguageModel::load_norm(const Weights& weights, const std::string& name) const {
  return {weights.get(name + ".weight", {config_.hidden_size}),
          weights.get(name + ".bias", {config_.hidden_size})};
}

TensorLanguageModel::Layer TensorLanguageModel::load_layer(const Weights& weights,
                                                           const std::string& prefix) const {
  const std::int64_t width = config_.hidden_size;
  const std::string attention = prefix + "self_attn.";
  Layer layer;
  layer.attention_norm = load_norm(weights, prefix + "self_attn_layer_norm");
  layer.query_key_value.weight = weights.stacked(
      {attention + "q_proj.weight", attention + "k_proj.weight", attention + "v_proj.weight"},
      {width, width});
  layer.attention_out.weight = weights.get(attention + "out_proj.weight", {width, width});
  if (cross_attention_) layer.cross = load_cross(weights, prefix);
  layer.feed_forward_norm = load_norm(weights, prefix + "final_layer_norm");
  layer.widen.weight = weights.get(prefix + "fc1.weight", {config_.ffn_dim, width});
  layer.narrow.weight = weights.get(prefix + "fc2.weight", {width, config_.ffn_dim});
  return layer;
}

TensorLanguageModel::CrossAttention TensorLanguageModel::load_cross(
    const Weights& weights, const std::string& prefix) const {
  const std::int64_t width = config_.hidden_size;
  const std::string attention = prefix + "encoder_attn.";
  CrossAttention cross;
  cross.norm = load_norm(weights, prefix + "encoder_attn_layer_norm");
  cross.query.weight = weights.get(attention + "q_proj.weight", {width, width});
  cross.key_value.weight =
      weights.stacked({attention + "k_proj.weight", attention + "v_proj.weight"}, {width, width});
  cross.out.weight = weights.get(attention + "out_proj.weight", {width, width});
  return cross;
}

// codes: [rows, codebooks, n]. One vector a column: the codebooks' embeddings summed.
at::Tensor TensorLanguageModel::embed(const at::Tensor& codes) const {
  const std::int64_t rows = codes.size(0);
  const std::int64_t count = codes.size(2);
  at::Tensor sum;
  for (std::int64_t k = 0; k < config_.num_codebooks; ++k) {
    const at::Tensor places = codes.select(1, k).reshape({-1}) + k * (config_.vocab_size + 1);
    const at::Tensor states = at::index_select(embedding_, 0, places);
    sum = sum.defined() ? sum.add_(states) : states;
  }
  return sum.view({rows, count, config_.hidden_size});
}

// Cosines, then sines; the frequencies fall from 1 to 1/10000 in half - 1 steps. In float32, as
// in transformers, whatever the weights are in.
at::Tensor TensorLanguageModel::positions(std::int64_t first, std::int64_t count) const {
  const std::int64_t half = config_.hidden_size / 2;
  const auto options = embedding_.options().dtype(at::kFloat);
  const double step = std::log(10'000.0) / static_cast<double>(half - 1);
  const at::Tensor frequencies = at::exp(at::arange(half, options) * -step);
  const at::Tensor phases =
      at::arange(first, first + count, options).unsqueeze(1) * frequencies.unsqueeze(0);
  return at::cat({at::cos(phases), at::sin(phases)}, 1).to(embedding_.scalar_type());
}

std::unique_ptr<Decoding> TensorLanguageModel::begin(const std::vector<Condition>& rows,
                                                     std::int64_t columns,
                                                     const std::stop_token& stop) const {
  return std::make_unique<TensorDecoding>(*this, rows, columns, stop);
}

TensorDecoding::TensorDecoding(const TensorLanguageModel& model, const std::vector<Condition>& rows,
                               std::int64_t columns, const std::stop_token& stop)
    : model_(model) {
  std::vector<at::Tensor> prefixes;
  for (const Condition& row : rows) {
    if (row.prefix.defined()) prefixes.push_back(row.prefix);
  }
  if (!prefixes.empty()) prefix_ = at::stack(prefixes);
  const DecoderConfig& config = model.config_;
  const std::int64_t places = columns + (prefix_.defined() ? prefix_.size(1) : 0);
  const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(rows.size()),
                                           config.num_attention_heads, places, config.head_size()};
  for (const Layer& layer : model.layers_) {
    throw_if_stopped(stop);
    caches_.push_back({at::empty(shape, model.options()), at::empty(shape, model.options())});
    std::vector<KeysValues>& attended = attended_.emplace_back();
    for (const Condition& row : rows) {
      if (!row.attended.defined()) break;
      attended.push_back(split(layer.cross.key_value(row.attended.unsqueeze(0))));
    }
  }
}

// [rows, n, 2 * hidden_size] of keys and values, by heads.
TensorDecoding::KeysValues TensorDecoding::split(const at::Tensor& joined) const {
  const DecoderConfig& config = model_.config_;
  const at::Tensor heads =
      joined
          .view({joined.size(0), joined.size(1), 2, config.num_attention_heads, config.head_size()})
          .permute({2, 0, 3, 1, 4});
  return {heads[0].contiguous(), heads[1].contiguous()};
}

at::Tensor TensorDecoding::input_states(const at::Tensor& codes) const {
  at::Tensor states = model_.embed(codes.to(model_.embedding_.device()));
  if (position_ == 0 && prefix_.defined()) states = at::cat({prefix_, states}, 1);
  return states + model_.positions(position_, states.size(1));
}

at::Tensor TensorDecoding::self_attention(const Layer& layer, KeysValues& cache,
                                          const at::Tensor& states) {
  const DecoderConfig& config = model_.config_;
  const std::int64_t count = states.size(1);
  const at::Tensor heads =
      layer.query_key_value(layer.attention_norm(states))
          .view({states.size(0), count, 3, config.num_attention_heads, config.head_size()})
          .permute({2, 0, 3, 1, 4});
  cache.keys.narrow(2, position_, count).copy_(heads[1]);
  cache.values.narrow(2, position_, count).copy_(heads[2]);
  const std::int64_t length = position_ + count;
  return layer.attention_out(attend(heads[0], cache.keys.narrow(2, 0, length),
                                    cache.values.narrow(2, 0, length), /*causal=*/true));
}

void TensorDecoding::add_cross_attention(const Layer& layer,
                                         const std::vector<KeysValues>& attended,
                                         at::Tensor& states) const {
  if (attended.empty()) return;
  const DecoderConfig& config = model_.config_;
  at::Tensor rows = states.narrow(0, 0, static_cast<std::int64_t>(attended.size()));
  const at::Tensor queries =
      layer.cross.query(layer.cross.norm(rows))
          .view({rows.size(0), rows.size(1), config.num_attention_heads, config.head_size()})
          .transpose(1, 2);
  std::vector<at::Tensor> mixed;
  for (std::size_t row = 0; row < attended.size(); ++row) {
    mixed.push_back(attend(queries.narrow(0, static_cast<std::int64_t>(row), 1), attended[row].keys,
                           attended[row].values, /*causal=*/false));
  }
  rows.add_(layer.cross.out(at::cat(mixed)));
}

at::Tensor TensorDecoding::through_layers(at::Tensor states, const std::stop_token& stop) {
  for (std::size_t i = 0; i < model_.layers_.size(); ++i) {
    throw_if_stopped(stop);
    const Layer& layer = model_.layers_[i];
    states.add_(self_attention(layer, caches_[i], states));
    add_cross_attention(layer, attended_[i], states);
    const at::Tensor wide = at::gelu(layer.widen(layer.feed_forward_norm(states)));
    states.add_(layer.narrow(wide));
  }
  position_ += states.size(1);
  return states;
}

// A long beginning is read piece by piece: no place looks at a later one, a layer's time stays
// short, so that a stop is soon seen, and so does what is held between layers.
at::Tensor TensorDecoding::advance(const at::Tensor& codes, const std::stop_token& stop) {
  constexpr std::int64_t kPlacesAtOnce = 64;
  const at::Tensor places = input_states(codes);
  at::Tensor states;
  for (std::int64_t begin = 0; begin < places.size(1); begin += kPlacesAtOnce) {
    const std::int64_t count = std::min(kPlacesAtOnce, places.size(1) - begin);
    states = through_layers(places.narrow(1, begin, count), stop);
  }
  const at::Tensor last = model_.final_norm_(states.select(1, states.size(1) - 1));
  const DecoderConfig& config = model_.config_;
  return model_.heads_(last)
      .view({codes.size(0), config.num_codebooks, config.vocab_size})
      .to(at::kCPU, at::kFloat);
}

}  // namespace dgx::musicgen
