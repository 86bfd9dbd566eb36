// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/export_chain.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "generator/audio/resampler.hpp"
#include "generator/loudness/loudness.hpp"
#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::jobs {
namespace {

// The gate of BS.1770 is absolute, so a gain can move blocks across it and the measured loudness
// by a little more or less than the gain. One correction brings it inside this distance.
constexpr double kLoudnessTolerance = 0.03;

// Bars, where they are known, say the length better than the rounded length at another rate.
std::int64_t exact_frames(const model::RenderedTake& take,
                          const protocol::GenerationRequest& request) {
  const auto rate = static_cast<int>(request.sample_rate);
  if (request.duration) return std::llround(*request.duration * rate);
  if (take.tempo.bars && take.tempo.bpm) {
    const auto meter = parse_meter(take.tempo.time_signature);
    const Meter beat = meter ? *meter : Meter{};
    return frames_of_bars(static_cast<int>(*take.tempo.bars), *take.tempo.bpm, beat, rate);
  }
  return std::llround(take.mix.duration_seconds() * rate);
}

Status resample_all(model::RenderedTake& take, const protocol::GenerationRequest& request,
                    const std::stop_token& stop) {
  const std::int64_t frames = exact_frames(take, request);
  const auto rate = static_cast<int>(request.sample_rate);
  const Edges edges = take.loops ? Edges::kLoop : Edges::kSilence;
  std::vector<AudioClip*> clips = {&take.mix};
  for (model::Part& part : take.parts) clips.push_back(&part.audio);
  for (AudioClip* clip : clips) {
    auto resampled = resample(std::move(*clip), rate, frames, edges, stop);
    if (!resampled) return std::move(resampled).error();
    *clip = *std::move(resampled);
  }
  return ok();
}

Result<std::optional<double>> loudest_part(const std::vector<model::Part>& parts,
                                           const std::stop_token& stop) {
  std::optional<double> loudest;
  for (const model::Part& part : parts) {
    const auto measured = measure_loudness(part.audio, stop);
    if (!measured) return measured.error();
    const auto peak = measured->true_peak_dbtp;
    if (peak) loudest = std::max(loudest.value_or(*peak), *peak);
  }
  return loudest;
}

void apply_to_all(model::RenderedTake& take, double gain_db) {
  apply_gain(take.mix, gain_db);
  for (model::Part& part : take.parts) apply_gain(part.audio, gain_db);
}

// How far the mix's last sample is from its first, which follows it in a loop.
double seam_db(const AudioClip& clip) {
  constexpr double kFloor = -144.0;  // One step of 24 bit; a perfect seam is no infinity in JSON.
  const auto channels = static_cast<std::size_t>(clip.channels);
  double step = 0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const double first = clip.samples[channel];
    const double last = clip.samples[clip.samples.size() - channels + channel];
    step = std::max(step, std::abs(first - last));
  }
  return step > 0 ? std::max(kFloor, 20 * std::log10(step)) : kFloor;
}

std::string missed_target(const GainChoice& gain, const protocol::GenerationRequest& request) {
  const double missed = std::round(gain.short_of_target_lu * 10) / 10;
  return "the true-peak ceiling of " + protocol::number_text(request.true_peak_dbtp) +
         " dBTP left the take " + protocol::number_text(missed) + " LU below " +
         protocol::number_text(request.loudness_lufs) + " LUFS";
}

// To a thousandth: far below what any meter tells, and readable in a receipt.
double readable(double value) {
  return std::round(value * 1000) / 1000;
}

std::optional<double> readable(const std::optional<double>& value) {
  return value ? std::optional(readable(*value)) : std::nullopt;
}

protocol::LoudnessFacts facts_of(const Loudness& measured, double gain_db, double short_lu) {
  protocol::LoudnessFacts facts;
  facts.integrated_lufs = readable(measured.integrated_lufs);
  facts.short_term_max_lufs = readable(measured.short_term_max_lufs);
  facts.range_lu = readable(measured.range_lu);
  facts.true_peak_dbtp = readable(measured.true_peak_dbtp);
  facts.gain_db = readable(gain_db);
  facts.short_of_target_lu = readable(short_lu);
  return facts;
}

// Brings the take to its target and says what it came to.
Result<protocol::LoudnessFacts> bring_to_loudness(model::RenderedTake& take,
                                                  const protocol::GenerationRequest& request,
                                                  std::vector<std::string>& warnings,
                                                  const std::stop_token& stop) {
  auto measured = measure_loudness(take.mix, stop);
  if (!measured) return std::move(measured).error();
  auto part_peak = loudest_part(take.parts, stop);
  if (!part_peak) return std::move(part_peak).error();

  double total_db = 0;
  for (int pass = 0;; ++pass) {
    const GainChoice gain =
        choose_gain(*measured, request.loudness_lufs, request.true_peak_dbtp, *part_peak);
    if (gain.silent) {
      warnings.emplace_back("the take is silent (below -70 LUFS): no gain was applied");
      return facts_of(*measured, 0, 0);
    }
    const bool settled = pass == 2 || (pass > 0 && std::abs(gain.gain_db) <= kLoudnessTolerance);
    if (settled) {
      if (gain.short_of_target_lu >= 0.05) warnings.push_back(missed_target(gain, request));
      return facts_of(*measured, total_db, gain.short_of_target_lu);
    }
    apply_to_all(take, gain.gain_db);
    total_db += gain.gain_db;
    if (*part_peak) **part_peak += gain.gain_db;
    measured = measure_loudness(take.mix, stop);
    if (!measured) return std::move(measured).error();
  }
}

}  // namespace

Result<FinishedTake> finish_take(model::RenderedTake& take,
                                 const protocol::GenerationRequest& request,
                                 const std::stop_token& stop) {
  if (take.mix.samples.empty()) return Error{ErrorCode::kCorrupt, "the model gave no audio"};
  if (Status resampled = resample_all(take, request, stop); !resampled) return resampled.error();
  FinishedTake finished;
  finished.warnings = take.warnings;
  auto loudness = bring_to_loudness(take, request, finished.warnings, stop);
  if (!loudness) return std::move(loudness).error();
  finished.loudness = *loudness;
  if (take.loops) finished.loop = protocol::LoopFacts{readable(seam_db(take.mix))};
  finished.mix = std::move(take.mix);
  finished.parts = std::move(take.parts);
  return finished;
}

}  // namespace dgx::jobs
