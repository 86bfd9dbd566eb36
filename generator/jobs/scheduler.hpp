// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "generator/jobs/gpu_hold.hpp"
#include "generator/jobs/job_queue.hpp"
#include "generator/jobs/lease_clock.hpp"

namespace dgx::jobs {

struct SchedulerOptions {
  JobOptions jobs{};
  LeaseClock clock = system_lease_clock();
  std::chrono::milliseconds lease{30'000};
  /// How long a job waits before its second and its third attempt.
  std::vector<std::chrono::milliseconds> back_off{std::chrono::milliseconds(1000),
                                                  std::chrono::milliseconds(5000)};
  /// An engine that had no job for so long is ended, and its memory given back.
  std::chrono::milliseconds engine_idle{600'000};
  GpuHoldOptions gpu_hold{};
};

/// The job that is being rendered.
struct RunningJob {
  std::string id{};
  double fraction = 0;  ///< 0 to 1
  protocol::Progress progress{};
};

/// Works off the queue of the history, one job at a time, in the order that claim_next_job() gives.
/// A job whose engine crashed or hung is tried again after a pause; one that a dead process left
/// behind is taken up again. While a host plays and GpuHold is on, no attempt begins that would
/// compute on a card. Owns neither the store nor the engine; both outlive it.
///
/// Threads: recover(), run_next() and work() on one, the *runner*; the others on any. `on_change`
/// is called on the runner after each change that others may want to see.
/// Failure: what cannot be written down is logged; work() recovers the job from what lies on the
/// disk at its next turn, and run_next() when its lease has run out. Memory that runs out costs the
/// attempt.
class Scheduler {
 public:
  Scheduler(history::HistoryStore& store, EngineSupervisor& engine, SchedulerOptions options,
            std::function<void()> on_change = {});

  /// Takes up what the process before left in the middle. Gives the number of those jobs.
  Result<int> recover() { return recover_after(ok()); }

  /// Runs the job whose turn it is to the end of one attempt; false where none is due.
  Result<bool> run_next();

  /// Runs jobs as they come until shut_down().
  void work();

  /// Tells work() that there may be a job.
  void wake();
  /// Asks a running job to stop; false where it does not run. Whoever waits for its end sees it
  /// cancelled within EngineDeadlines::cancel and what it takes to write that down.
  bool cancel(const std::string& job_id);
  /// Ends work() after what it does now; a job that runs goes back into the queue.
  void shut_down();

  /// As GpuHold::report(); jobs that waited for it begin at once.
  Result<protocol::TransportView> report_transport(const protocol::TransportReport& report);
  [[nodiscard]] const GpuHold& gpu_hold() const { return hold_; }

  [[nodiscard]] std::optional<RunningJob> running() const;
  [[nodiscard]] bool engine_is_running() const;

 private:
  GpuHold::Held look_at_hold();
  std::vector<std::string> held_models();
  std::optional<protocol::Job> claim(const std::vector<std::string>& held, Status& failure);
  void attempt(const protocol::Job& job);
  Status settle(const protocol::Job& job, const Status& outcome);
  std::chrono::milliseconds pause_after(std::int64_t attempt) const;
  void report(const protocol::Job& job, double fraction, const protocol::Progress& progress);
  void changed(const char* step);
  void forget_running();
  Result<int> recover_after(const Status& attempt);
  void take_turn();
  void lose_track();
  void pause_after_failure(const Error& error);
  void wait_for_work();

  history::HistoryStore& store_;
  EngineSupervisor& engine_;
  SchedulerOptions options_;
  std::function<void()> on_change_;
  GpuHold hold_;
  // Of the runner only.
  std::int64_t renewed_ms_ = 0;
  bool lost_track_ = false;  // A job may stand as being rendered that nobody renders.
  bool memory_ran_out_ = false;
  GpuHold::Held held_{};  // As others were last told to look at it

  Mutex claiming_;  // Held while a job becomes the running one, so that no cancel slips in between.
  mutable Mutex mutex_;
  std::condition_variable woken_;
  std::optional<RunningJob> running_ DGX_GUARDED_BY(mutex_);
  std::stop_source stop_ DGX_GUARDED_BY(mutex_);
  bool cancelled_ DGX_GUARDED_BY(mutex_) = false;
  bool work_arrived_ DGX_GUARDED_BY(mutex_) = false;
  bool shutting_down_ DGX_GUARDED_BY(mutex_) = false;
  bool engine_running_ DGX_GUARDED_BY(mutex_) = false;
};

}  // namespace dgx::jobs
