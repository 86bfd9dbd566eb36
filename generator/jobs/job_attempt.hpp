// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <stop_token>
#include <string_view>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "generator/jobs/export_chain.hpp"
#include "generator/jobs/job_queue.hpp"
#include "generator/jobs/phase_watch.hpp"
#include "generator/jobs/progress_estimate.hpp"
#include "generator/jobs/publisher.hpp"

namespace dgx::jobs {

struct AttemptOptions {
  bool embed_receipt = true;  ///< Put the receipt into the WAVs
  StepHook on_step{};         ///< Told "rendered", "fsynced", "renamed", "committed"
  std::vector<history::PhaseTiming> timings{};  ///< What the model took on this machine so far
};

/// One try at a job: render, and for each take finish, write, publish, and put it into the
/// history. Takes that an earlier attempt completed are rendered again by the engine, which works
/// on whole jobs, but not published again.
class JobAttempt {
 public:
  JobAttempt(history::HistoryStore& store, EngineSupervisor& engine, const Directory& folder,
             const protocol::Job& job, AttemptOptions options);

  Status run(const JobProgress& progress, const std::stop_token& stop);

  /// A take was published, but its row could not be written. Then the job has to stay as it is, so
  /// that recovery finds the files.
  [[nodiscard]] bool history_failed() const { return history_failed_; }

  /// What each phase took, once run() has succeeded.
  [[nodiscard]] std::vector<history::PhaseTiming> timings() const;

 private:
  using Clock = std::chrono::steady_clock;

  Status accept(model::RenderedTake take, const std::stop_token& stop);
  Result<protocol::Receipt> begin_receipt(const model::RenderedTake& take,
                                          const FinishedTake& finished);
  Status publish(model::RenderedTake take, FinishedTake finished, double generating_seconds,
                 Clock::time_point finishing_began, const std::stop_token& stop);
  void report(const protocol::Progress& progress);
  void step(std::string_view name) const;

  history::HistoryStore& store_;
  EngineSupervisor& engine_;
  const Directory& folder_;
  const protocol::Job& job_;
  AttemptOptions options_;
  protocol::ModelDescription model_{};
  bool history_failed_ = false;
  std::int64_t takes_done_ = 0;
  Clock::time_point phase_began_ = Clock::now();
  double loading_seconds_ = 0;
  protocol::Phase last_phase_ = protocol::Phase::kQueued;
  ProgressEstimate estimate_;
  const JobProgress* progress_ = nullptr;
  PhaseWatch watch_{};
  double audio_seconds_ = 0;  // Of all takes that were finished
};

}  // namespace dgx::jobs
