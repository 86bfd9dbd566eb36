// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/sketch_model.hpp"

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "generator/digest/sha256.hpp"
#include "generator/model/sketch/embedded_data.hpp"
#include "generator/model/sketch/fluid_synth.hpp"
#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/midi_file.hpp"
#include "generator/model/sketch/mixer.hpp"
#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/prompt_reader.hpp"
#include "generator/model/sketch/renderer.hpp"
#include "generator/model/sketch/score.hpp"
#include "generator/model/sketch/soundfont.hpp"
#include "generator/model/sketch/vocabulary.hpp"
#include "generator/model/sketch_memory.hpp"
#include "generator/protocol/parameter_table.hpp"

namespace dgx::model {
namespace {

/// Raised when the same request and seed would sound different.
constexpr std::string_view kVersion = "1";

/// One hash over everything that decides how a request sounds, apart from the program's version.
std::string identity_hash(const std::filesystem::path& soundfont, const std::string& own_genres) {
  Sha256 hash;
  hash.update(kVersion);
  for (const sketch::EmbeddedFile& file : sketch::embedded_genres()) hash.update(file.text);
  hash.update(sketch::embedded_vocabulary().text);
  hash.update(own_genres);
  const Result<std::string> content = sha256_of_file(soundfont);
  hash.update(content ? *content : "unreadable");
  return hash.hex_digest();
}

class SketchModel final : public MusicModel {
 public:
  SketchModel(SketchOptions options, sketch::Vocabulary vocabulary, sketch::LoadedGenres genres)
      : options_(std::move(options)),
        vocabulary_(std::move(vocabulary)),
        genres_(std::move(genres.genres)),
        sha256_(std::async(std::launch::async, identity_hash, options_.soundfont,
                           std::move(genres.own_text))
                    .share()) {}

  [[nodiscard]] ModelDescription describe() const override {
    ModelDescription description;
    description.identity.id = "sketch";
    description.identity.version = kVersion;
    description.identity.sha256 = sha256_.get();
    description.identity.licence = sketch::soundfont_licence(options_.soundfont);
    description.identity.notice =
        "Made by the built-in sketch model (rules, FluidSynth and the General MIDI soundfont " +
        options_.soundfont.filename().string() + "), not by MusicGen.";
    description.sample_rate = sketch::kSampleRate;
    description.channels = 2;
    description.keeps_time = true;
    description.gives_stems = true;
    description.gives_midi = true;
    description.kernel = "fluidsynth " + sketch::FluidSynth::version();
    description.device = "cpu";
    description.dtype = "float32";
    description.memory_bytes = kSketchMemoryBytes;
    return description;
  }

  Status check(const protocol::GenerationRequest& request) override {
    if (Status plain = check_fields(request); !plain) return plain;
    const sketch::PromptReading reading = sketch::read_prompt(request.prompt, vocabulary_, genres_);
    for (int index = 0; index < static_cast<int>(request.variations); ++index) {
      const Result<sketch::Plan> plan = plan_of(request, reading, index);
      if (!plan) return plan.error();
    }
    return ok();
  }

  Status load(const ProgressSink& progress, std::stop_token stop) override {
    if (loaded_) return ok();
    progress({protocol::Phase::kLoading, 0, 1, std::nullopt});
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "loading was cancelled"};
    // The first synth of a process sets up FluidSynth's tables, which must not happen on two
    // threads at once; it also finds out whether the soundfont can be read.
    const Result<sketch::FluidSynth> first = sketch::FluidSynth::open(options_.soundfont, {});
    if (!first) return first.error();
    loaded_ = true;
    progress({protocol::Phase::kLoading, 1, 1, std::nullopt});
    return ok();
  }

  Status generate(const protocol::GenerationRequest& request, const TakeSink& take,
                  const ProgressSink& progress, std::stop_token stop) override {
    if (Status status = load(progress, stop); !status) return status;
    const sketch::PromptReading reading = sketch::read_prompt(request.prompt, vocabulary_, genres_);
    const auto takes = static_cast<int>(request.variations);
    for (int index = 0; index < takes; ++index) {
      Result<RenderedTake> rendered = render(request, reading, index, progress, stop);
      if (!rendered) return std::move(rendered).error();
      if (Status status = take(*std::move(rendered)); !status) return status;
    }
    return ok();
  }

 private:
  /// Refuses what only a model that samples or listens can take.
  static Status check_fields(const protocol::GenerationRequest& request) {
    for (const std::string_view name :
         {"temperature", "top_k", "top_p", "cfg_coef", "continue_from", "melody"}) {
      if (!protocol::get_field(request, *protocol::find_parameter(name))) continue;
      return Error{ErrorCode::kInvalidArgument,
                   "the sketch model takes no " + std::string(name) +
                       ", which is for MusicGen models: leave it out, or name such a model",
                   std::string(name)};
    }
    return ok();
  }

  [[nodiscard]] Result<sketch::Plan> plan_of(const protocol::GenerationRequest& request,
                                             const sketch::PromptReading& reading,
                                             int index) const {
    const std::int64_t seed = protocol::seed_of_take(request.seed.value_or(0), index);
    return sketch::make_plan(request, reading, genres_, vocabulary_,
                             static_cast<std::uint64_t>(seed));
  }

  Result<RenderedTake> render(const protocol::GenerationRequest& request,
                              const sketch::PromptReading& reading, int index,
                              const ProgressSink& progress, const std::stop_token& stop) const {
    RenderedTake take;
    take.index = index;
    take.seed = protocol::seed_of_take(request.seed.value_or(0), index);
    Result<sketch::Plan> plan = plan_of(request, reading, index);
    if (!plan) return std::move(plan).error();
    const sketch::Score score = sketch::write_score(*plan);
    const auto report = [&](int step, int steps) {
      progress({protocol::Phase::kGenerating, step, steps, std::nullopt});
    };
    report(0, 1);
    Result<std::vector<Part>> parts =
        sketch::render_parts(*plan, score, {options_.soundfont, thread_count()}, report, stop);
    if (!parts) return std::move(parts).error();
    report(1, 1);
    fill(take, request, reading, *std::move(plan), score, *std::move(parts));
    return take;
  }

  static void fill(RenderedTake& take, const protocol::GenerationRequest& request,
                   const sketch::PromptReading& reading, sketch::Plan plan,
                   const sketch::Score& score, std::vector<Part> parts) {
    take.mix = parts.empty() ? silence(plan) : sketch::sum_of(parts);
    if (request.stems) take.parts = std::move(parts);
    take.midi_file = sketch::midi_file_of(score);
    take.prompt_sent = request.prompt;
    take.loops = plan.loop;
    take.tempo.bpm = plan.bpm;
    take.tempo.confidence = 1.0;
    take.tempo.fit = "exact";
    if (plan.whole_bars) take.tempo.bars = plan.bars;
    take.tempo.time_signature = to_string(plan.meter);
    take.key = to_string(plan.key);
    take.name_words = std::move(plan.name_words);
    take.choices = std::move(plan.choices);
    keep_heard(take.choices, score);
    take.ignored_words = reading.ignored;
    take.warnings = std::move(plan.warnings);
  }

  /// Of the instruments only those that are heard: a short take may have no place for all.
  static void keep_heard(std::vector<protocol::Choice>& choices, const sketch::Score& score) {
    std::erase_if(choices, [&](const protocol::Choice& choice) {
      constexpr std::string_view kLabel = "instrument.";
      if (choice.name.compare(0, kLabel.size(), kLabel) != 0) return false;
      return std::none_of(score.parts.begin(), score.parts.end(), [&](const auto& part) {
        return choice.name.substr(kLabel.size()) == sketch::to_string(part.role);
      });
    });
  }

  /// A prompt that forbids every part gets what it asks for.
  static AudioClip silence(const sketch::Plan& plan) {
    AudioClip clip{sketch::kSampleRate, 2, {}};
    clip.samples.resize(2 * static_cast<std::size_t>(plan.frames));
    return clip;
  }

  [[nodiscard]] unsigned thread_count() const {
    return options_.threads > 0 ? options_.threads
                                : std::max(1U, std::thread::hardware_concurrency());
  }

  SketchOptions options_;
  sketch::Vocabulary vocabulary_;
  std::vector<sketch::Genre> genres_;
  std::shared_future<std::string> sha256_;
  bool loaded_ = false;
};

}  // namespace

Result<std::unique_ptr<MusicModel>> make_sketch_model(SketchOptions options) {
  Result<sketch::Vocabulary> vocabulary = sketch::built_in_vocabulary();
  if (!vocabulary) return std::move(vocabulary).error();
  Result<sketch::LoadedGenres> genres = sketch::load_genres(options.genre_folders, *vocabulary);
  if (!genres) return std::move(genres).error();
  Result<std::filesystem::path> soundfont = sketch::find_soundfont(options.soundfont);
  if (!soundfont) return std::move(soundfont).error();
  options.soundfont = *std::move(soundfont);
  return std::unique_ptr<MusicModel>(std::make_unique<SketchModel>(
      std::move(options), *std::move(vocabulary), *std::move(genres)));
}

}  // namespace dgx::model
