// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/progress_estimate.hpp"

#include <algorithm>
#include <array>

#include "generator/protocol/music.hpp"

namespace dgx::jobs {
namespace {

using protocol::Phase;

// How much of a take's time a phase takes, from its start on: measured on the sketch model, where
// rendering is about two thirds. A model that skips a phase passes over its share at once.
constexpr std::array<double, 7> kUsualEnds = {0, 0.1, 0.12, 0.65, 0.7, 0.75, 1};

// Below a few percent the quotient of time and progress says nothing yet.
constexpr double kTellingFraction = 0.05;
constexpr double kUsualDuration = 16;  // Seconds, where the prompt decides.

double audio_seconds(const protocol::GenerationRequest& request) {
  if (request.duration) return *request.duration;
  if (!request.bars || !request.bpm) return kUsualDuration;
  const auto meter = parse_meter(request.time_signature.value_or("4/4"));
  return seconds_of_bars(static_cast<double>(*request.bars), *request.bpm,
                         meter ? *meter : Meter{});
}

}  // namespace

PhaseSeconds phase_seconds(const protocol::GenerationRequest& request,
                           const std::vector<history::PhaseTiming>& timings) {
  PhaseSeconds seconds;
  for (const history::PhaseTiming& timing : timings) {
    const double audio = timing.phase == Phase::kLoading ? 1 : audio_seconds(request);
    seconds[timing.phase] = timing.seconds * audio;
  }
  return seconds;
}

std::optional<double> estimated_seconds(const protocol::GenerationRequest& request,
                                        const std::vector<history::PhaseTiming>& timings) {
  if (timings.empty()) return std::nullopt;
  double total = 0;
  for (const auto& [phase, seconds] : phase_seconds(request, timings)) {
    total += phase == Phase::kLoading ? seconds : seconds * static_cast<double>(request.variations);
  }
  return total;
}

ProgressEstimate::ProgressEstimate(std::int64_t takes, Clock::time_point started,
                                   PhaseSeconds measured)
    : takes_(takes), started_(started) {
  double take_seconds = 0;
  for (auto& [phase, seconds] : measured) {
    if (phase == Phase::kLoading) seconds /= static_cast<double>(takes);
    take_seconds += seconds;
  }
  if (take_seconds > 0) total_seconds_ = take_seconds * static_cast<double>(takes);
  double begin = 0;
  for (std::size_t phase = 0; phase < shares_.size(); ++phase) {
    const double end = take_seconds > 0 ? begin + measured[static_cast<Phase>(phase)] / take_seconds
                                        : kUsualEnds[phase];
    shares_[phase] = {begin, end};
    begin = end;
  }
}

double ProgressEstimate::share_of_take(const protocol::Progress& progress) const {
  const Share& share = shares_[static_cast<std::size_t>(progress.phase)];
  const double inside =
      progress.steps > 0 ? static_cast<double>(progress.step) / static_cast<double>(progress.steps)
                         : 0.0;
  return share.begin + (share.end - share.begin) * std::clamp(inside, 0.0, 1.0);
}

std::optional<double> ProgressEstimate::time_left(Clock::time_point now) const {
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  if (fraction_ > kTellingFraction) return elapsed * (1 - fraction_) / fraction_;
  if (total_seconds_) return std::max(0.0, *total_seconds_ - elapsed);
  return std::nullopt;
}

void ProgressEstimate::update(std::int64_t take, const protocol::Progress& progress,
                              Clock::time_point now) {
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  double now_fraction =
      (static_cast<double>(take) + share_of_take(progress)) / static_cast<double>(takes_);
  // A model that can tell the time left knows better than the shares how far it is.
  if (progress.eta_seconds) now_fraction = elapsed / (elapsed + *progress.eta_seconds + 1e-9);
  fraction_ = std::clamp(now_fraction, fraction_, 1.0);
  progress_ = progress;
  if (!progress_.eta_seconds) progress_.eta_seconds = time_left(now);
}

}  // namespace dgx::jobs
