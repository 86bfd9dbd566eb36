// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/conditioner.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace dgx::musicgen {

Conditioner::Conditioner(const Weights& weights, const ModelConfig& config, at::ScalarType type)
    : text_encoder_(weights, config.text_encoder), melody_(config.melody), type_(type) {
  const std::int64_t width = config.decoder.hidden_size;
  const auto projection = [&](const std::string& name, std::int64_t from) -> Linear {
    if (from == width) return {};
    return {weights.get(name + ".weight", {width, from}), weights.get(name + ".bias", {width})};
  };
  text_projection_ = projection("enc_to_dec_proj", config.text_encoder.d_model);
  if (!melody_) return;
  chroma_.emplace(*melody_);
  melody_projection_ = projection("audio_enc_to_dec_proj", melody_->num_chroma);
}

at::Tensor Conditioner::text_states(std::span<const std::int32_t> tokens) const {
  const at::Tensor states = text_encoder_.encode(tokens);
  return text_projection_.weight.defined() ? text_projection_(states) : states;
}

// One-hot frames, repeated or cut to the length the model was trained with.
at::Tensor Conditioner::melody_states(std::vector<std::int64_t> pitch_classes) const {
  const auto count = static_cast<std::int64_t>(pitch_classes.size());
  at::Tensor frames = at::zeros({melody_->chroma_length, melody_->num_chroma}, at::kFloat);
  float* values = frames.data_ptr<float>();
  for (std::int64_t i = 0; i < melody_->chroma_length; ++i) {
    const std::int64_t strongest = pitch_classes[static_cast<std::size_t>(i % count)];
    values[i * melody_->num_chroma + strongest] = 1.0F;
  }
  if (!melody_projection_.weight.defined()) return frames;
  return melody_projection_(frames.to(melody_projection_.weight.device()));
}

ConditionPair Conditioner::condition(std::span<const std::int32_t> tokens,
                                     std::span<const float> melody) const {
  const at::Tensor text = text_states(tokens);
  if (!melody_) return {{text.to(type_), {}}, {}};
  const at::Tensor null_melody = melody_states({0});
  const at::Tensor heard =
      melody.empty() ? null_melody : melody_states(chroma_->pitch_classes(melody));
  return {{{}, at::cat({heard, text}).to(type_)},
          {{}, at::cat({null_melody, at::zeros_like(text)}).to(type_)}};
}

}  // namespace dgx::musicgen
