// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/loaded_model.hpp"

#include <utility>

namespace dgx::musicgen {
LoadedModel LoadedModel::load(const Checkpoint& checkpoint, ModelConfig config,
                              const Placement& placement, const ProgressSink& progress,
                              const std::stop_token& stop) {
  constexpr std::int64_t kParts = 3;
  std::int64_t part = 0;
  const auto report = [&] { progress({protocol::Phase::kLoading, part++, kParts, std::nullopt}); };
  report();
  LoadedModel model;
  model.config = std::move(config);
  const Weights exact(checkpoint, placement.device, at::kFloat, stop);
  model.conditioner = std::make_unique<Conditioner>(exact, model.config, placement.type);
  report();
  const Weights typed(checkpoint, placement.device, placement.type, stop);
  model.language_model =
      std::make_unique<LanguageModel>(typed, model.config.decoder, !model.config.melody);
  report();
  model.codec = std::make_unique<AudioCodec>(exact, model.config.audio_encoder,
                                             model.config.decoder.codebooks_per_channel());
  report();
  return model;
}

}  // namespace dgx::musicgen
