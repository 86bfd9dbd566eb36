// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/chroma.hpp"
#include "generator/model/musicgen/native/language_model.hpp"
#include "generator/model/musicgen/native/text_encoder.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

/// A prompt (and a melody) as rows of the language model's batch.
struct ConditionPair {
  Condition with_prompt{};
  Condition without{};  ///< For guidance: the text is zero, the melody the null melody
};

/// Turns prompts and melodies into what the language model is conditioned on. Models with a melody
/// read [melody][text] as a prefix; the others attend to the text.
///
/// Threads: const calls may come from several threads.
class Conditioner {
 public:
  /// `type` is what the language model computes in; here all is float32.
  Conditioner(const Weights& weights, const ModelConfig& config, at::ScalarType type);

  /// `tokens` with </s>; `melody`: samples of one channel, none for the null melody.
  [[nodiscard]] ConditionPair condition(std::span<const std::int32_t> tokens,
                                        std::span<const float> melody) const;

  /// The projected states of a prompt, [length, hidden_size] in float32; for tests.
  [[nodiscard]] at::Tensor text_states(std::span<const std::int32_t> tokens) const;

  [[nodiscard]] const TextEncoder& text_encoder() const { return text_encoder_; }
  [[nodiscard]] bool takes_melody() const { return melody_.has_value(); }

 private:
  [[nodiscard]] at::Tensor melody_states(std::vector<std::int64_t> pitch_classes) const;

  TextEncoder text_encoder_;
  Linear text_projection_{};  ///< No weight where both widths are equal
  std::optional<MelodyConfig> melody_{};
  std::optional<ChromaExtractor> chroma_{};
  Linear melody_projection_{};
  at::ScalarType type_;
};

}  // namespace dgx::musicgen
