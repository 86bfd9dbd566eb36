// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/progress_estimate.hpp"

#include <algorithm>
#include <array>

namespace dgx::jobs {
namespace {

using protocol::Phase;

// How much of a take's time a phase takes, from its start on: measured on the sketch model, where
// rendering is about two thirds. A model that skips a phase passes over its share at once.
struct Share {
  Phase phase;
  double begin;
  double end;
};
constexpr std::array<Share, 7> kShares = {{{Phase::kQueued, 0, 0},
                                           {Phase::kLoading, 0, 0.1},
                                           {Phase::kEncoding, 0.1, 0.12},
                                           {Phase::kGenerating, 0.12, 0.65},
                                           {Phase::kDecoding, 0.65, 0.7},
                                           {Phase::kFitting, 0.7, 0.75},
                                           {Phase::kFinishing, 0.75, 1}}};

double share_of_take(const protocol::Progress& progress) {
  const auto share = std::find_if(kShares.begin(), kShares.end(),
                                  [&](const Share& s) { return s.phase == progress.phase; });
  const double inside =
      progress.steps > 0 ? static_cast<double>(progress.step) / static_cast<double>(progress.steps)
                         : 0.0;
  return share->begin + (share->end - share->begin) * std::clamp(inside, 0.0, 1.0);
}

}  // namespace

void ProgressEstimate::update(std::int64_t take, const protocol::Progress& progress,
                              Clock::time_point now) {
  const double now_fraction =
      (static_cast<double>(take) + share_of_take(progress)) / static_cast<double>(takes_);
  fraction_ = std::clamp(now_fraction, fraction_, 1.0);
  progress_ = progress;
  // Below a few percent the quotient says nothing yet.
  if (!progress_.eta_seconds && fraction_ > 0.05) {
    const double elapsed = std::chrono::duration<double>(now - started_).count();
    progress_.eta_seconds = elapsed * (1 - fraction_) / fraction_;
  }
}

}  // namespace dgx::jobs
