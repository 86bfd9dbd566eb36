// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/musicgen_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "generator/base/version.hpp"
#include "generator/model/musicgen/library.hpp"
#include "generator/model/musicgen/memory_need.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/packed_shape.hpp"
#include "generator/model/musicgen/prompt_words.hpp"
#include "generator/model/musicgen/reference_audio.hpp"
#include "generator/model/musicgen/tokenizer.hpp"
#include "generator/model/musicgen/windows.hpp"
#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::model {
namespace {

using musicgen::RenderOrder;
using protocol::GenerationRequest;

constexpr double kDefaultSeconds = 16.0;

Meter meter_of(const GenerationRequest& request) {
  const auto meter = parse_meter(request.time_signature.value_or("4/4"));
  return meter ? *meter : Meter{};
}

/// What the length of a take comes from.
struct Length {
  std::int64_t samples = 0;  ///< At the model's rate
  std::optional<std::int64_t> bars{};
};

Length length_of(const GenerationRequest& request, int sample_rate) {
  std::optional<std::int64_t> bars = request.bars;
  if (!bars && !request.duration && request.bpm) {
    bars = default_bars(*request.bpm, meter_of(request));
  }
  if (bars) {
    const Meter meter = meter_of(request);
    return {frames_of_bars(static_cast<int>(*bars), *request.bpm, meter, sample_rate), bars};
  }
  return {std::llround(request.duration.value_or(kDefaultSeconds) * sample_rate), {}};
}

musicgen::Sampling sampling_of(const GenerationRequest& request) {
  musicgen::Sampling sampling;
  sampling.temperature = request.temperature.value_or(sampling.temperature);
  sampling.top_k = request.top_k.value_or(sampling.top_k);
  sampling.top_p = request.top_p.value_or(sampling.top_p);
  sampling.cfg_coef = request.cfg_coef.value_or(sampling.cfg_coef);
  return sampling;
}

class MusicGenModel final : public MusicModel {
 public:
  MusicGenModel(MusicGenOptions options, musicgen::ModelConfig config)
      : options_(std::move(options)), config_(std::move(config)) {}

  [[nodiscard]] ModelDescription describe() const override {
    ModelDescription description;
    description.identity = options_.identity;
    description.sample_rate = rate();
    description.channels = config_.decoder.audio_channels;
    const musicgen::ComputeFacts facts = generator_ ? generator_->facts() : expected_facts();
    description.kernel = facts.kernel;
    description.device = facts.device;
    description.dtype = facts.dtype;
    const auto need =
        musicgen::memory_need(config_, options_.compute.type, facts.device.starts_with("cuda"));
    description.memory_bytes = static_cast<std::int64_t>(need.total());
    return description;
  }

  Status check(const GenerationRequest& request) override {
    if (Status fits = check_fields(request); !fits) return fits;
    RenderOrder order;
    return read_audio(request, order);
  }

  Status load(const ProgressSink& progress, std::stop_token stop) override {
    if (generator_) return ok();
    auto tokenizer = musicgen::Tokenizer::open(options_.folder / "spiece.model");
    if (!tokenizer) return std::move(tokenizer).error();
    auto generator =
        musicgen::load_from_library({options_.folder, options_.compute, progress, stop});
    if (!generator) return std::move(generator).error();
    tokenizer_ = *std::move(tokenizer);
    generator_ = *std::move(generator);
    return ok();
  }

  Status generate(const GenerationRequest& request, const TakeSink& sink,
                  const ProgressSink& progress, std::stop_token stop) override {
    if (Status fits = check_fields(request); !fits) return fits;
    if (Status loaded = load(progress, stop); !loaded) return loaded;
    auto order = make_order(request);
    if (!order) return std::move(order).error();
    int index = 0;
    const auto take = [&](const musicgen::RenderedTokens& rendered) {
      return sink(finished(request, index++, rendered));
    };
    return generator_->render(*order, take, progress, stop);
  }

 private:
  // What it will be is for the library to say, once it is loaded.
  [[nodiscard]] musicgen::ComputeFacts expected_facts() const {
    if (options_.on_card) return {"libtorch", "cuda", "bfloat16", {}};
    const bool packs = musicgen::can_pack(config_.decoder);
    return {"libtorch", "cpu", packs ? "int8" : "float32", {}};
  }

  [[nodiscard]] int rate() const { return static_cast<int>(config_.audio_encoder.sampling_rate); }

  [[nodiscard]] Error refused(const std::string& field, const std::string& reason) const {
    return {ErrorCode::kInvalidArgument, options_.identity.id + " " + reason, field};
  }

  [[nodiscard]] Status check_fields(const GenerationRequest& request) const {
    if (request.stems) return refused("stems", "makes one mix: stems must be off, got on");
    if (request.loop) return refused("loop", "cannot close a loop: loop must be off, got on");
    if (request.melody && !config_.melody) {
      return refused("melody",
                     "takes no melody: only the melody models do, got " + *request.melody);
    }
    if (request.bars && !request.bpm) {
      return refused("bpm", "keeps no tempo by itself: a length of " +
                                std::to_string(*request.bars) + " bars needs a bpm, got none");
    }
    return ok();
  }

  [[nodiscard]] Status read_audio(const GenerationRequest& request, RenderOrder& order) const {
    if (request.continue_from) {
      auto audio = musicgen::read_reference(*request.continue_from, rate(),
                                            static_cast<int>(config_.decoder.audio_channels),
                                            "continue_from");
      if (!audio) return std::move(audio).error();
      if (Status fits = check_prompt_length(request, audio->front().size()); !fits) return fits;
      order.continue_from = *std::move(audio);
    }
    if (!request.melody) return ok();
    auto melody = musicgen::read_reference(*request.melody, rate(), 1, "melody");
    if (!melody) return std::move(melody).error();
    order.melody = std::move(melody->front());
    return ok();
  }

  [[nodiscard]] Status check_prompt_length(const GenerationRequest& request,
                                           std::size_t samples) const {
    const std::int64_t window = musicgen::kWindowSeconds * rate();
    const std::int64_t most = std::min(length_of(request, rate()).samples, window);
    const auto got = static_cast<std::int64_t>(samples) + config_.audio_encoder.hop_length();
    if (got <= most) return ok();
    const auto seconds = [this](std::int64_t count) {
      return protocol::number_text(std::round(100.0 * static_cast<double>(count) / rate()) / 100);
    };
    return refused("continue_from",
                   "continues audio that is shorter than the take and than 30 s: at most " +
                       seconds(most) + " s, got " + seconds(static_cast<std::int64_t>(samples)) +
                       " s");
  }

  [[nodiscard]] Result<RenderOrder> make_order(const GenerationRequest& request) const {
    const auto tokens = tokenizer_->encode(musicgen::prompt_with_fields(request));
    if (!tokens) return tokens.error();
    RenderOrder order;
    for (int take = 0; take < request.variations; ++take) {
      const std::int64_t seed = protocol::seed_of_take(request.seed.value_or(0), take);
      order.takes.push_back({*tokens, static_cast<std::uint64_t>(seed)});
    }
    const std::int64_t hop = config_.audio_encoder.hop_length();
    order.frames = (length_of(request, rate()).samples + hop - 1) / hop;
    order.sampling = sampling_of(request);
    if (Status read = read_audio(request, order); !read) return read.error();
    return order;
  }

  [[nodiscard]] RenderedTake finished(const GenerationRequest& request, int index,
                                      const musicgen::RenderedTokens& rendered) const {
    const Length length = length_of(request, rate());
    RenderedTake take;
    take.index = index;
    take.seed = protocol::seed_of_take(request.seed.value_or(0), index);
    take.mix = {rate(), static_cast<int>(rendered.audio.size()), {}};
    for (std::size_t i = 0; i < static_cast<std::size_t>(length.samples); ++i) {
      for (const auto& channel : rendered.audio) take.mix.samples.push_back(channel[i]);
    }
    take.prompt_sent = musicgen::prompt_with_fields(request);
    if (length.bars) {
      take.tempo.bpm = request.bpm;
      take.tempo.bars = length.bars;
      take.tempo.time_signature = to_string(meter_of(request));
    }
    take.name_words = musicgen::name_words_of(request.prompt);
    const musicgen::ComputeFacts facts = generator_->facts();
    take.engine = protocol::EngineFacts{kVersion, facts.kernel, facts.dtype, facts.device};
    take.warnings = facts.warnings;
    return take;
  }

  MusicGenOptions options_;
  musicgen::ModelConfig config_;
  std::optional<musicgen::Tokenizer> tokenizer_{};
  std::unique_ptr<musicgen::Generator> generator_{};
};

}  // namespace

Result<std::unique_ptr<MusicModel>> make_musicgen_model(MusicGenOptions options) {
  auto config = musicgen::read_model_config(options.folder);
  if (!config) return std::move(config).error();
  return std::unique_ptr<MusicModel>(
      std::make_unique<MusicGenModel>(std::move(options), *std::move(config)));
}

}  // namespace dgx::model
