// SPDX-License-Identifier: Apache-2.0
#include "generator/engine/render_command.hpp"

#include <fcntl.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <utility>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/log.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/model/musicgen/library.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/reference_audio.hpp"
#include "generator/model/musicgen/tokenizer.hpp"
#include "generator/protocol/request.hpp"
#include "generator/protocol/token_list.hpp"

namespace dgx::engine {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<musicgen::RenderOrder> make_order(const RenderOptions& options,
                                         const musicgen::ModelConfig& config) {
  const auto tokenizer = musicgen::Tokenizer::open(options.model_folder / "spiece.model");
  if (!tokenizer) return tokenizer.error();
  musicgen::RenderOrder order;
  for (const std::string& prompt : options.prompts) {
    const auto tokens = tokenizer->encode(prompt);
    if (!tokens) return tokens.error();
    for (std::int64_t take = 0; take < options.takes; ++take) {
      const auto index = static_cast<int>(order.takes.size());
      const std::int64_t seed = protocol::seed_of_take(options.seed, index);
      order.takes.push_back({*tokens, static_cast<std::uint64_t>(seed)});
    }
  }
  order.frames = options.frames;
  order.sampling = options.sampling;
  const auto rate = static_cast<int>(config.audio_encoder.sampling_rate);
  if (!options.continue_from.empty()) {
    auto audio =
        musicgen::read_reference(options.continue_from, rate,
                                 static_cast<int>(config.decoder.audio_channels), "continue_from");
    if (!audio) return std::move(audio).error();
    order.continue_from = *std::move(audio);
  }
  if (!options.melody.empty()) {
    auto melody = musicgen::read_reference(options.melody, rate, 1, "melody");
    if (!melody) return std::move(melody).error();
    order.melody = std::move(melody->front());
  }
  return order;
}

std::filesystem::path audio_path(const std::filesystem::path& first, std::size_t take) {
  if (take == 0) return first;
  auto path = first;
  path.replace_filename(first.stem().string() + "-" + std::to_string(take + 1) +
                        first.extension().string());
  return path;
}

AudioClip interleaved(const std::vector<std::vector<float>>& channels, int sample_rate) {
  AudioClip clip{sample_rate, static_cast<int>(channels.size()), {}};
  for (std::size_t i = 0; i < channels.front().size(); ++i) {
    for (const auto& channel : channels) clip.samples.push_back(channel[i]);
  }
  return clip;
}

Status write_audio(const std::filesystem::path& path, const AudioClip& clip) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return Error{ErrorCode::kIo, "cannot write " + path.string(), {}};
  return write_wav(fd.get(), clip, SampleFormat::kFloat32, {}, 0, Range::kAny);
}

Status write_tokens(const std::filesystem::path& path, const std::vector<musicgen::Codes>& takes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << protocol::encode_tokens(takes) << std::flush;
  return file ? ok() : Status(Error{ErrorCode::kIo, "cannot write " + path.string(), {}});
}

// A line on a terminal or in a log, at most ten a phase.
class ProgressLines {
 public:
  void show(const protocol::Progress& progress) {
    const std::int64_t tenth = progress.steps > 0 ? 10 * progress.step / progress.steps : 0;
    if (progress.phase == phase_ && tenth == tenth_) return;
    phase_ = progress.phase;
    tenth_ = tenth;
    std::fprintf(stderr, "%s %lld/%lld\n", std::string(protocol::to_string(progress.phase)).c_str(),
                 static_cast<long long>(progress.step), static_cast<long long>(progress.steps));
  }

 private:
  protocol::Phase phase_ = protocol::Phase::kQueued;
  std::int64_t tenth_ = -1;
};

}  // namespace

Status render(const RenderOptions& options) {
  const auto config = musicgen::read_model_config(options.model_folder);
  if (!config) return config.error();
  const auto order = make_order(options, *config);
  if (!order) return order.error();

  ProgressLines lines;
  const auto progress = [&](const protocol::Progress& step) { lines.show(step); };
  auto start = Clock::now();
  auto generator =
      musicgen::load_from_library({options.model_folder, options.compute, progress, {}});
  if (!generator) return std::move(generator).error();
  const musicgen::ComputeFacts facts = (*generator)->facts();
  for (const std::string& warning : facts.warnings) log::warning(warning);
  std::fprintf(stderr, "loaded in %.2f s: %s, %s on %s\n", seconds_since(start),
               facts.kernel.c_str(), facts.dtype.c_str(), facts.device.c_str());

  std::vector<musicgen::Codes> tokens;
  const auto take = [&](musicgen::RenderedTokens&& rendered) -> Status {
    const auto clip =
        interleaved(rendered.audio, static_cast<int>(config->audio_encoder.sampling_rate));
    tokens.push_back(std::move(rendered.codes));
    if (options.audio.empty()) return ok();
    return write_audio(audio_path(options.audio, tokens.size() - 1), clip);
  };
  start = Clock::now();
  if (Status made = (*generator)->render(*order, take, progress, {}); !made) return made;
  std::fprintf(stderr, "rendered in %.2f s\n", seconds_since(start));
  return options.tokens.empty() ? ok() : write_tokens(options.tokens, tokens);
}

}  // namespace dgx::engine
