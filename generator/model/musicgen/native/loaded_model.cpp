// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/loaded_model.hpp"

#include <ATen/Parallel.h>

#include <future>
#include <utility>

#include "generator/model/musicgen/native/packed_language_model.hpp"
#include "generator/model/musicgen/native/tensor_language_model.hpp"

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
  const bool packed = placement.type == kPackedType;
  // Beside the rest on the processor: what it does is one thread's work, as the conditioner's is.
  auto codec = std::async(packed ? std::launch::async : std::launch::deferred, [&] {
    at::init_num_threads();  // Of this thread, as of every other
    return std::make_unique<AudioCodec>(exact, model.config.audio_encoder,
                                        model.config.decoder.codebooks_per_channel(),
                                        packed ? placement.threads : 0);
  });
  model.conditioner =
      std::make_unique<Conditioner>(exact, model.config, packed ? at::kFloat : placement.type);
  report();
  const bool cross_attention = !model.config.melody;
  if (packed) {
    model.language_model = std::make_unique<PackedLanguageModel>(
        exact, model.config.decoder, cross_attention, placement.threads);
  } else {
    const Weights typed(checkpoint, placement.device, placement.type, stop);
    model.language_model =
        std::make_unique<TensorLanguageModel>(typed, model.config.decoder, cross_attention);
  }
  report();
  model.codec = codec.get();
  report();
  return model;
}

}  // namespace dgx::musicgen
