// SPDX-License-Identifier: Apache-2.0
#include "generator/loudness/loudness.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "generator/loudness/true_peak.hpp"

namespace dgx {
namespace {

constexpr double kShortTermSeconds = 3.0;

/// Owns one libebur128 state.
class LoudnessMeter {
 public:
  explicit LoudnessMeter(const AudioClip& clip)
      : state_(ebur128_init(
            static_cast<unsigned>(clip.channels), static_cast<unsigned long>(clip.sample_rate),
            EBUR128_MODE_I | EBUR128_MODE_S | EBUR128_MODE_LRA | EBUR128_MODE_SAMPLE_PEAK)),
        channels_(static_cast<std::size_t>(clip.channels)) {}

  [[nodiscard]] bool valid() const { return state_ != nullptr; }

  bool add(const float* samples, std::size_t frames) {
    return ebur128_add_frames_float(state_.get(), samples, frames) == EBUR128_SUCCESS;
  }

  [[nodiscard]] double integrated() const { return ask(ebur128_loudness_global); }
  [[nodiscard]] double short_term() const { return ask(ebur128_loudness_shortterm); }
  [[nodiscard]] double range() const { return ask(ebur128_loudness_range); }
  [[nodiscard]] double sample_peak() const { return highest(ebur128_sample_peak); }

 private:
  struct Destroy {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
  };

  template <typename Query>
  double ask(Query query) const {
    double value = -std::numeric_limits<double>::infinity();
    query(state_.get(), &value);
    return value;
  }
  template <typename Query>
  double highest(Query query) const {
    double peak = 0.0;
    for (unsigned channel = 0; channel < channels_; ++channel) {
      double value = 0.0;
      query(state_.get(), channel, &value);
      peak = std::max(peak, value);
    }
    return peak;
  }

  std::unique_ptr<ebur128_state, Destroy> state_;
  std::size_t channels_;
};

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Status check(const AudioClip& clip) {
  const auto refuse = [](const std::string& message) {
    return Error{ErrorCode::kInvalidArgument, message, {}};
  };
  if (clip.channels != 1 && clip.channels != 2) {
    return refuse("a clip must have 1 or 2 channels, got " + std::to_string(clip.channels));
  }
  if (clip.sample_rate < 16 || clip.sample_rate > 2822400) {  // What libebur128 takes
    return refuse("sample rate must be 16 to 2822400 Hz, got " + std::to_string(clip.sample_rate));
  }
  // One NaN would poison every filter behind it and read as silence.
  const auto bad = std::find_if_not(clip.samples.begin(), clip.samples.end(),
                                    [](float sample) { return std::isfinite(sample); });
  if (bad != clip.samples.end()) {
    return refuse("every sample must be a finite number, got " + std::to_string(*bad) +
                  " at sample " + std::to_string(bad - clip.samples.begin()));
  }
  return ok();
}

// EBU Tech 3341: short-term loudness over a sliding 3 s window, looked at every 100 ms.
Result<double> feed_and_track_short_term(LoudnessMeter& meter, const AudioClip& clip,
                                         const std::stop_token& stop) {
  double highest = -std::numeric_limits<double>::infinity();
  const std::size_t frames = clip.frame_count();
  const auto hop = static_cast<std::size_t>(std::max(1, clip.sample_rate / 10));
  const auto window = static_cast<std::size_t>(kShortTermSeconds * clip.sample_rate);
  for (std::size_t start = 0; start < frames; start += hop) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "measuring was cancelled", {}};
    const std::size_t count = std::min(hop, frames - start);
    if (!meter.add(clip.samples.data() + start * static_cast<std::size_t>(clip.channels), count)) {
      return Error{ErrorCode::kOutOfMemory, "measuring loudness ran out of memory", {}};
    }
    if (start + count >= window) highest = std::max(highest, meter.short_term());
  }
  return highest;
}

}  // namespace

Result<Loudness> measure_loudness(const AudioClip& clip, const std::stop_token& stop) {
  if (const Status checked = check(clip); !checked) return checked.error();
  LoudnessMeter meter(clip);
  if (!meter.valid()) {
    return Error{ErrorCode::kOutOfMemory, "measuring loudness ran out of memory", {}};
  }
  const Result<double> short_term_max = feed_and_track_short_term(meter, clip, stop);
  if (!short_term_max) return short_term_max.error();

  Loudness loudness;
  loudness.integrated_lufs = if_finite(meter.integrated());
  loudness.short_term_max_lufs = if_finite(*short_term_max);
  // libebur128 answers 0 LU where it saw no 3 s block above the gate.
  if (loudness.integrated_lufs && loudness.short_term_max_lufs) {
    loudness.range_lu = if_finite(meter.range());
  }
  loudness.sample_peak = meter.sample_peak();
  loudness.true_peak_dbtp = if_finite(20.0 * std::log10(true_peak(clip)));
  return loudness;
}

GainChoice choose_gain(const Loudness& measured, double target_lufs, double ceiling_dbtp,
                       std::optional<double> loudest_part_dbtp) {
  if (!measured.integrated_lufs || !measured.true_peak_dbtp) return GainChoice{0.0, 0.0, true};
  const double wanted_db = target_lufs - *measured.integrated_lufs;
  const double peak_dbtp =
      std::max(*measured.true_peak_dbtp, loudest_part_dbtp.value_or(*measured.true_peak_dbtp));
  const double allowed_db = ceiling_dbtp - peak_dbtp;
  if (wanted_db <= allowed_db) return GainChoice{wanted_db, 0.0, false};
  return GainChoice{allowed_db, wanted_db - allowed_db, false};
}

void apply_gain(AudioClip& clip, double gain_db) {
  const double factor = std::pow(10.0, gain_db / 20.0);
  // One rounding, from double: a peak that belongs at exactly full scale lands there.
  for (float& sample : clip.samples) {
    sample = static_cast<float>(static_cast<double>(sample) * factor);
  }
}

}  // namespace dgx
