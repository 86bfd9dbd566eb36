// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/text_encoder.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace dgx::musicgen {
namespace {

// A file may hold the tied embedding under either name.
at::Tensor load_embedding(const Weights& weights, at::IntArrayRef shape) {
  const std::string shared = "text_encoder.shared.weight";
  return weights.get(weights.has(shared) ? shared : "text_encoder.encoder.embed_tokens.weight",
                     shape);
}

at::Tensor indices(std::vector<std::int64_t> values, at::Device device) {
  const auto count = static_cast<std::int64_t>(values.size());
  return at::from_blob(values.data(), {count}, at::kLong).clone().to(device);
}

}  // namespace

std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t buckets,
                                      std::int64_t max_distance) {
  const std::int64_t half = buckets / 2;
  const std::int64_t near = half / 2;
  const std::int64_t side = distance > 0 ? half : 0;
  const std::int64_t far = std::abs(distance);
  if (far < near) return side + far;
  // transformers takes the logarithms in float32, and so do we.
  const float scaled =
      std::log(static_cast<float>(far) / static_cast<float>(near)) /
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(near))) *
      static_cast<float>(half - near);
  return side + std::min(near + static_cast<std::int64_t>(scaled), half - 1);
}

TextEncoder::TextEncoder(const Weights& weights, const TextEncoderConfig& config)
    : config_(config) {
  const std::string prefix = "text_encoder.encoder.";
  embedding_ = load_embedding(weights, {config.vocab_size, config.d_model});
  relative_bias_ =
      weights.get(prefix + "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                  {config.relative_attention_num_buckets, config.num_heads});
  for (std::int64_t i = 0; i < config.num_layers; ++i) {
    blocks_.push_back(load_block(weights, prefix + "block." + std::to_string(i) + ".layer."));
  }
  final_norm_ = weights.get(prefix + "final_layer_norm.weight", {config.d_model});
}

TextEncoder::Block TextEncoder::load_block(const Weights& weights,
                                           const std::string& prefix) const {
  const std::int64_t inner = config_.num_heads * config_.d_kv;
  const std::string attention = prefix + "0.SelfAttention.";
  const std::string feed_forward = prefix + "1.DenseReluDense.";
  Block block;
  block.attention_norm = weights.get(prefix + "0.layer_norm.weight", {config_.d_model});
  block.query_key_value.weight =
      weights.stacked({attention + "q.weight", attention + "k.weight", attention + "v.weight"},
                      {inner, config_.d_model});
  block.attention_out.weight = weights.get(attention + "o.weight", {config_.d_model, inner});
  block.feed_forward_norm = weights.get(prefix + "1.layer_norm.weight", {config_.d_model});
  block.widen.weight = weights.get(feed_forward + "wi.weight", {config_.d_ff, config_.d_model});
  block.narrow.weight = weights.get(feed_forward + "wo.weight", {config_.d_model, config_.d_ff});
  return block;
}

// Root mean square without mean and bias (T5LayerNorm).
at::Tensor TextEncoder::normed(const at::Tensor& states, const at::Tensor& weight) const {
  const at::Tensor power = states.square().mean(-1, /*keepdim=*/true);
  return states * at::rsqrt(power + config_.layer_norm_epsilon) * weight;
}

at::Tensor TextEncoder::position_bias(std::int64_t length) const {
  std::vector<std::int64_t> buckets;
  for (std::int64_t query = 0; query < length; ++query) {
    for (std::int64_t key = 0; key < length; ++key) {
      buckets.push_back(relative_position_bucket(key - query,
                                                 config_.relative_attention_num_buckets,
                                                 config_.relative_attention_max_distance));
    }
  }
  const at::Tensor rows =
      at::index_select(relative_bias_, 0, indices(std::move(buckets), relative_bias_.device()));
  return rows.view({length, length, config_.num_heads}).permute({2, 0, 1});
}

// T5 does not divide the scores by the root of the head's width.
at::Tensor TextEncoder::attention(const Block& block, const at::Tensor& states,
                                  const at::Tensor& position_bias) const {
  const std::int64_t length = states.size(0);
  const at::Tensor heads = block.query_key_value(states)
                               .view({length, 3, config_.num_heads, config_.d_kv})
                               .permute({1, 2, 0, 3});
  const at::Tensor scores = at::matmul(heads[0], heads[1].transpose(1, 2)) + position_bias;
  const at::Tensor mixed = at::matmul(at::softmax(scores, -1), heads[2]);
  return block.attention_out(
      mixed.transpose(0, 1).reshape({length, config_.num_heads * config_.d_kv}));
}

at::Tensor TextEncoder::encode(std::span<const std::int32_t> tokens) const {
  const auto length = static_cast<std::int64_t>(tokens.size());
  at::Tensor states =
      at::index_select(embedding_, 0, indices({tokens.begin(), tokens.end()}, embedding_.device()));
  const at::Tensor bias = position_bias(length);
  for (const Block& block : blocks_) {
    states = states + attention(block, normed(states, block.attention_norm), bias);
    const at::Tensor wide = block.widen(normed(states, block.feed_forward_norm));
    states = states + block.narrow(at::relu(wide));
  }
  return normed(states, final_norm_);
}

}  // namespace dgx::musicgen
