// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/catalogue.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "generator/model/musicgen/model_config.hpp"

namespace dgx::model {
namespace {

// Parameters: language model, T5 encoder (109.6 M), EnCodec (57.9 M) and the table of positions.
constexpr std::array<KnownModel, 10> kModels = {{
    {"musicgen-stereo-large", "facebook/musicgen-stereo-large", "best sound, in stereo",
     3'462'000'000, 48, 2048, 2, false},
    {"musicgen-large", "facebook/musicgen-large", "best sound", 3'429'000'000, 48, 2048, 1, false},
    {"musicgen-stereo-medium", "facebook/musicgen-stereo-medium", "good sound, in stereo",
     2'035'000'000, 48, 1536, 2, false},
    {"musicgen-medium", "facebook/musicgen-medium", "good sound", 2'009'000'000, 48, 1536, 1,
     false},
    {"musicgen-stereo-small", "facebook/musicgen-stereo-small", "the quickest, in stereo",
     607'000'000, 24, 1024, 2, false},
    {"musicgen-small", "facebook/musicgen-small", "the quickest", 591'000'000, 24, 1024, 1, false},
    {"musicgen-stereo-melody-large", "facebook/musicgen-stereo-melody-large",
     "follows a melody, best sound, in stereo", 2'657'000'000, 48, 2048, 2, true},
    {"musicgen-melody-large", "facebook/musicgen-melody-large", "follows a melody, best sound",
     2'623'000'000, 48, 2048, 1, true},
    {"musicgen-stereo-melody", "facebook/musicgen-stereo-melody", "follows a melody, in stereo",
     1'582'000'000, 48, 1536, 2, true},
    {"musicgen-melody", "facebook/musicgen-melody", "follows a melody", 1'556'000'000, 48, 1536, 1,
     true},
}};

// As its config.json has them; text encoder and codec are those of all MusicGens.
musicgen::ModelConfig config_of(const KnownModel& model) {
  musicgen::ModelConfig config;
  config.text_encoder.d_model = 768;  // t5-base
  config.text_encoder.d_ff = 3072;
  config.text_encoder.num_layers = 12;
  config.text_encoder.num_heads = 12;
  config.decoder.hidden_size = model.decoder_width;
  config.decoder.num_hidden_layers = model.decoder_layers;
  config.decoder.num_attention_heads = model.decoder_width / 64;
  config.decoder.ffn_dim = 4 * model.decoder_width;
  config.decoder.num_codebooks = 4 * model.channels;
  config.decoder.audio_channels = model.channels;
  config.audio_encoder.sampling_rate = 32'000;  // encodec_32khz
  config.audio_encoder.num_filters = 64;
  config.audio_encoder.upsampling_ratios = {8, 5, 4, 4};
  config.audio_encoder.codebook_size = 2048;
  if (model.takes_melody) config.melody = musicgen::MelodyConfig{};
  return config;
}

}  // namespace

std::span<const KnownModel> known_models() {
  return kModels;
}

musicgen::MemoryNeed memory_needed(const KnownModel& model, bool on_card) {
  return memory_need(config_of(model), musicgen::NumberType::kAutomatic, on_card);
}

std::vector<protocol::InstallableModel> describe_known_models(bool on_card) {
  constexpr std::int64_t kBytesOnTheHub = 4;  // A parameter is a float32 there.
  std::vector<protocol::InstallableModel> models;
  for (const KnownModel& known : kModels) {
    models.push_back({std::string(known.id), "MusicGen, " + std::string(known.summary),
                      std::string(kMusicGenLicence), known.channels, known.takes_melody,
                      kBytesOnTheHub * known.parameters,
                      static_cast<std::int64_t>(memory_needed(known, on_card).total())});
  }
  return models;
}

const KnownModel* find_known_model(std::string_view id) {
  const auto found = std::find_if(kModels.begin(), kModels.end(),
                                  [&](const KnownModel& model) { return model.id == id; });
  return found == kModels.end() ? nullptr : &*found;
}

}  // namespace dgx::model
