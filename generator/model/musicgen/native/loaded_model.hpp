// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/audio_codec.hpp"
#include "generator/model/musicgen/native/conditioner.hpp"
#include "generator/model/musicgen/native/language_model.hpp"

namespace dgx::musicgen {

/// Stands for a PackedLanguageModel: weights in 8 bits, on the CPU.
inline constexpr at::ScalarType kPackedType = at::kChar;

/// Where a model's parts live and what the language model computes in.
struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
  int threads = 1;  ///< Of a PackedLanguageModel
};

/// All parts of one model folder.
struct LoadedModel {
  ModelConfig config{};
  std::unique_ptr<Conditioner> conditioner{};
  std::unique_ptr<LanguageModel> language_model{};
  std::unique_ptr<AudioCodec> codec{};

  /// Throws Failure. `progress` counts the parts.
  static LoadedModel load(const Checkpoint& checkpoint, ModelConfig config,
                          const Placement& placement, const ProgressSink& progress,
                          const std::stop_token& stop);
};

}  // namespace dgx::musicgen
