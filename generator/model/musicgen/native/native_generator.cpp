// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/native_generator.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "generator/model/musicgen/native/border.hpp"
#include "generator/model/musicgen/native/failure.hpp"
#include "generator/model/musicgen/time_left.hpp"

namespace dgx::musicgen {
namespace {

using protocol::Phase;

// The window's part of a recording that is repeated for ever (audiocraft's rule for long takes).
std::vector<float> repeated(const std::vector<float>& samples, std::int64_t first,
                            std::int64_t count) {
  std::vector<float> part(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < part.size(); ++i) {
    part[i] = samples[(static_cast<std::size_t>(first) + i) % samples.size()];
  }
  return part;
}

void check_tokens(const TakeOrder& take, const TextEncoderConfig& config) {
  for (const std::int32_t token : take.tokens) {
    if (token >= 0 && token < config.vocab_size) continue;
    throw Failure(ErrorCode::kCorrupt, "a token of the prompt must be below the text encoder's " +
                                           std::to_string(config.vocab_size) + ", got " +
                                           std::to_string(token));
  }
}

void check_order(const RenderOrder& order, const ModelConfig& config) {
  for (const TakeOrder& take : order.takes) check_tokens(take, config.text_encoder);
  const auto channels = static_cast<std::size_t>(config.decoder.audio_channels);
  if (!order.continue_from.empty() && order.continue_from.size() != channels) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "the audio to continue must have the model's channels " +
                      std::to_string(channels) + ", got " +
                      std::to_string(order.continue_from.size()));
  }
  if (!order.melody.empty() && !config.melody) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "this model takes no melody: only the melody models do");
  }
}

void check_prompt_length(std::int64_t prompt_frames, std::int64_t frames, std::int64_t rate) {
  const std::int64_t most = std::min(frames, kWindowSeconds * rate) - 1;
  if (prompt_frames <= most) return;
  throw Failure(ErrorCode::kInvalidArgument,
                "the audio to continue must be shorter than the take and than 30 s: at most " +
                    std::to_string(most) + " frames of " + std::to_string(rate) +
                    " a second, got " + std::to_string(prompt_frames));
}

/// Counts the steps of all windows, times them, and tells how long the rest takes. The first step
/// of a window, which reads all that is known, is not a measure of the others.
class StepClock {
 public:
  using Clock = std::chrono::steady_clock;

  StepClock(const DecoderConfig& config, const std::vector<Window>& windows, std::int64_t passes,
            double column_growth, double seconds_after)
      : config_(config), seconds_after_(seconds_after), time_(column_growth) {
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      windows_.insert(windows_.end(), windows.begin(), windows.end());
    }
    for (const Window& window : windows_) steps_ += count_steps(config, window);
  }

  void begin(const Window& window) {
    columns_ = window.known;
    began_ = Clock::now();
    ++windows_begun_;
  }

  protocol::Progress step_done() {
    const auto now = Clock::now();
    const bool first_of_window = columns_ == windows_[windows_begun_ - 1].known;
    ++columns_;
    ++step_;
    if (!first_of_window) {
      time_.add_step(columns_, std::chrono::duration<double>(now - began_).count());
    }
    began_ = now;
    return {Phase::kGenerating, step_, steps_, seconds_left()};
  }

 private:
  [[nodiscard]] std::optional<double> seconds_left() const {
    const Window& current = windows_[windows_begun_ - 1];
    const std::int64_t made = columns_ - current.known;
    std::optional<double> left =
        time_.seconds_of(columns_ + 1, count_steps(config_, current) - made);
    for (std::size_t i = windows_begun_; left && i < windows_.size(); ++i) {
      const Window& window = windows_[i];
      *left += *time_.seconds_of(window.known + 1, count_steps(config_, window));
    }
    if (left) *left += seconds_after_;
    return left;
  }

  const DecoderConfig& config_;
  double seconds_after_;
  std::vector<Window> windows_{};
  std::size_t windows_begun_ = 0;
  std::int64_t columns_ = 0;  ///< Read so far in this window
  std::int64_t step_ = 0;
  std::int64_t steps_ = 0;
  Clock::time_point began_{};
  TimeLeft time_;
};

}  // namespace

NativeGenerator::Groups NativeGenerator::group(const RenderOrder& order) const {
  Groups groups;
  for (std::size_t take = 0; take < order.takes.size(); ++take) {
    const std::size_t length = order.takes[take].tokens.size();
    groups[model_.conditioner->takes_melody() ? length : 0].push_back(take);
  }
  return groups;
}

// Channels are encoded one by one and their codebooks interleaved: 1L, 1R, 2L, ...
Codes NativeGenerator::encode_prompt(const RenderOrder& order, const std::stop_token& stop) const {
  std::vector<Codes> channels;
  for (const std::vector<float>& samples : order.continue_from) {
    channels.push_back(model_.codec->encode(samples, stop));
  }
  Codes codes;
  for (std::size_t k = 0; !channels.empty() && k < channels.front().size(); ++k) {
    for (Codes& channel : channels) codes.push_back(std::move(channel[k]));
  }
  return codes;
}

std::vector<TakeInProgress> NativeGenerator::begin_takes(const RenderOrder& order,
                                                         const Codes& prompt) const {
  const auto codebooks = static_cast<std::size_t>(model_.config.decoder.num_codebooks);
  Codes codes(codebooks);
  for (std::size_t k = 0; k < codebooks; ++k) {
    if (!prompt.empty()) codes[k] = prompt[k];
    codes[k].resize(static_cast<std::size_t>(order.frames), kUnknownCode);
  }
  std::vector<TakeInProgress> takes;
  for (const TakeOrder& take : order.takes) takes.push_back({take.seed, codes});
  return takes;
}

std::vector<float> NativeGenerator::melody_of(const RenderOrder& order,
                                              const Window& window) const {
  const CodecConfig& codec = model_.config.audio_encoder;
  if (order.melody.empty() || order.frames <= kWindowSeconds * codec.frame_rate()) {
    return order.melody;
  }
  return repeated(order.melody, window.begin * codec.hop_length(),
                  kWindowSeconds * codec.sampling_rate);
}

void NativeGenerator::make_codes(const RenderOrder& order, std::vector<TakeInProgress>& takes,
                                 const std::vector<Window>& windows, const ProgressSink& progress,
                                 const std::stop_token& stop) const {
  const Groups groups = group(order);
  const auto frames_to_decode =
      static_cast<double>(order.frames * model_.config.decoder.audio_channels) *
      static_cast<double>(takes.size());
  const auto passes = static_cast<std::int64_t>(groups.size());
  const auto takes_of_a_pass = static_cast<std::int64_t>(takes.size()) / passes;
  StepClock clock(model_.config.decoder, windows, passes,
                  model_.language_model->column_growth(2 * takes_of_a_pass),
                  decode_seconds_ * frames_to_decode);
  for (const auto& [length, members] : groups) {
    std::vector<TakeInProgress*> side_by_side;
    for (const std::size_t take : members) side_by_side.push_back(&takes[take]);
    for (const Window& window : windows) {
      const std::vector<float> melody = melody_of(order, window);
      std::vector<ConditionPair> conditions;
      for (const std::size_t take : members) {
        throw_if_stopped(stop);
        conditions.push_back(model_.conditioner->condition(order.takes[take].tokens, melody));
      }
      clock.begin(window);
      render_window(
          *model_.language_model, side_by_side, conditions, window, order.sampling,
          [&] { progress(clock.step_done()); }, stop);
    }
  }
}

RenderedTokens NativeGenerator::decode(TakeInProgress take, const AudioCodec::Progress& progress,
                                       const std::stop_token& stop) const {
  RenderedTokens rendered{std::move(take.codes), {}};
  const auto channels = static_cast<std::size_t>(model_.config.decoder.audio_channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    Codes codes;
    for (std::size_t k = channel; k < rendered.codes.size(); k += channels) {
      codes.push_back(rendered.codes[k]);
    }
    rendered.audio.push_back(model_.codec->decode(codes, progress, stop));
  }
  return rendered;
}

void NativeGenerator::render_or_throw(const RenderOrder& order, const RenderedSink& sink,
                                      const ProgressSink& progress,
                                      const std::stop_token& stop) const {
  const at::NoGradGuard no_gradients;
  check_order(order, model_.config);
  progress({Phase::kEncoding, 0, 1, std::nullopt});
  const Codes prompt = encode_prompt(order, stop);
  const std::int64_t rate = model_.config.audio_encoder.frame_rate();
  const auto known = prompt.empty() ? 0 : static_cast<std::int64_t>(prompt.front().size());
  check_prompt_length(known, order.frames, rate);
  std::vector<TakeInProgress> takes = begin_takes(order, prompt);
  progress({Phase::kEncoding, 1, 1, std::nullopt});
  make_codes(order, takes, plan_windows(order.frames, known, rate), progress, stop);

  const std::int64_t channels = model_.config.decoder.audio_channels;
  const std::int64_t frames = static_cast<std::int64_t>(takes.size()) * channels * order.frames;
  std::int64_t before = 0;
  std::int64_t passes = 0;
  progress({Phase::kDecoding, 0, frames, decode_seconds_ * static_cast<double>(frames)});
  for (TakeInProgress& take : takes) {
    const auto decoded = [&](std::int64_t done) {
      const double left = decode_seconds_ * static_cast<double>(frames - before - done);
      progress({Phase::kDecoding, before + done, frames, left});
      if (done == order.frames) before = ++passes * order.frames;
    };
    RenderedTokens rendered = decode(std::move(take), decoded, stop);
    if (Status taken = sink(std::move(rendered)); !taken) throw Failure(std::move(taken).error());
  }
}

Status NativeGenerator::render(const RenderOrder& order, const RenderedSink& take,
                               const ProgressSink& progress, const std::stop_token& stop) {
  return without_exceptions([&]() -> Status {
    render_or_throw(order, take, progress, stop);
    return ok();
  });
}

}  // namespace dgx::musicgen
