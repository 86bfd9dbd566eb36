// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/scheduler.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "generator/base/log.hpp"
#include "generator/jobs/job_attempt.hpp"
#include "generator/jobs/job_ending.hpp"
#include "generator/jobs/recovery.hpp"

namespace dgx::jobs {
namespace {

using namespace std::chrono_literals;
using namespace protocol;

// After something that could not be written or read: a locked or full disk may be free by then.
constexpr auto kPauseAfterFailure = 1000ms;
constexpr auto kPauseWithoutMemory = 100ms;

}  // namespace

Scheduler::Scheduler(history::HistoryStore& store, EngineSupervisor& engine,
                     SchedulerOptions options, std::function<void()> on_change)
    : store_(store),
      engine_(engine),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      hold_(options_.gpu_hold) {}

Result<int> Scheduler::recover_after(const Status& attempt) {
  const auto jobs = store_.jobs_in(JobStatus::kProcessing);
  if (!jobs) return jobs.error();
  for (const Job& job : *jobs) {
    Status resumed = resume_job(store_, options_.jobs.output, job, attempt);
    if (!resumed) return std::move(resumed).error();
  }
  return static_cast<int>(jobs->size());
}

// The engine knows which of its models compute on a card. Where it cannot say, the attempt itself
// tells why.
GpuHold::Held Scheduler::look_at_hold() {
  if (!hold_.is_on()) return {};
  const auto jobs = store_.count_jobs();
  if (!jobs || jobs->pending == 0) return {};
  if (const auto models = engine_.models()) hold_.learn(models->models);
  const MutexLock lock(mutex_);
  engine_running_ = engine_.is_running();
  return hold_.held();
}

std::vector<std::string> Scheduler::held_models() {
  auto held = look_at_hold();
  if (held != held_) {
    held_ = held;
    if (on_change_) on_change_();
  }
  return std::move(held.models);
}

std::optional<Job> Scheduler::claim(const std::vector<std::string>& held, Status& failure) {
  const MutexLock claiming(claiming_);
  auto job = store_.claim_next_job(options_.clock(), options_.lease.count(), held);
  if (!job) {
    failure = std::move(job).error();
    return std::nullopt;
  }
  if (!*job) return std::nullopt;
  const MutexLock lock(mutex_);
  running_ = RunningJob{(*job)->id, 0, {}};
  stop_ = std::stop_source();
  cancelled_ = false;
  if (shutting_down_) stop_.request_stop();
  return **std::move(job);
}

Result<bool> Scheduler::run_next() {
  const auto abandoned = store_.abandoned_jobs(options_.clock());
  if (!abandoned) return abandoned.error();
  for (const Job& job : *abandoned) {
    Status resumed = resume_job(store_, options_.jobs.output, job);
    if (!resumed) return std::move(resumed).error();
    changed("resumed");
  }
  Status failure = ok();
  const auto job = claim(held_models(), failure);
  if (!failure) return std::move(failure).error();
  if (!job) return false;
  changed("claimed");
  attempt(*job);
  forget_running();
  changed("notified");
  return true;
}

void Scheduler::forget_running() {
  const MutexLock lock(mutex_);
  running_.reset();
  engine_running_ = engine_.is_running();
}

void Scheduler::attempt(const Job& job) {
  const std::stop_token stop = [this] {
    const MutexLock lock(mutex_);
    engine_running_ = true;
    return stop_.get_token();
  }();
  renewed_ms_ = options_.clock().ms;
  const std::string model = job.request.model.value_or("");
  auto timings = store_.timings(model);
  auto folder = open_output_folder(job.request.output_dir, options_.jobs.output);
  Status outcome = ok();
  if (!folder) {
    outcome = std::move(folder).error();
  } else {
    AttemptOptions options{options_.jobs.embed_receipts && job.embed_receipt, options_.jobs.on_step,
                           timings ? *timings : decltype(options.timings){}};
    JobAttempt attempt(store_, engine_, *folder, job, std::move(options));
    outcome = attempt.run(
        [&](double fraction, const Progress& progress) { report(job, fraction, progress); }, stop);
    if (attempt.history_failed()) {
      lost_track_ = true;
      log::error("job " + job.id + " waits for its recovery: " + outcome.error().message);
      return;
    }
    if (outcome) {
      Status kept = store_.record_timings(model, attempt.timings());
      if (!kept) log::warning("the times of job " + job.id + ": " + kept.error().message);
    }
  }
  if (Status settled = settle(job, outcome); !settled) {
    lost_track_ = true;
    log::error("job " + job.id + " cannot be ended: " + settled.error().message);
  }
}

Status Scheduler::settle(const Job& job, const Status& outcome) {
  const ErrorCode code = outcome ? ErrorCode::kInternal : outcome.error().code;
  bool cancelled = false;
  {
    const MutexLock lock(mutex_);
    cancelled = cancelled_;
  }
  if (!outcome && code == ErrorCode::kCancelled && !cancelled) {
    log::info("job " + job.id + " goes back into the queue");
    return store_.requeue_job(job.id, {.token = job.token, .attempt_counts = false});
  }
  if (!outcome && is_worth_another_attempt(code) && job.attempt < options_.jobs.most_attempts) {
    log::warning("attempt " + std::to_string(job.attempt) + " at job " + job.id +
                 " failed: " + outcome.error().message);
    history::BootTime until = options_.clock();
    until.ms += pause_after(job.attempt).count();
    return store_.requeue_job(job.id, {.token = job.token, .not_before = until});
  }
  return end_job(store_, options_.jobs.output, job, outcome);
}

std::chrono::milliseconds Scheduler::pause_after(std::int64_t attempt) const {
  if (options_.back_off.empty()) return 0ms;
  const auto last = static_cast<std::int64_t>(options_.back_off.size()) - 1;
  return options_
      .back_off[static_cast<std::size_t>(std::clamp<std::int64_t>(attempt - 1, 0, last))];
}

void Scheduler::report(const Job& job, double fraction, const Progress& progress) {
  {
    const MutexLock lock(mutex_);
    running_ = RunningJob{job.id, fraction, progress};
  }
  if (on_change_) on_change_();
  const history::BootTime now = options_.clock();
  if (now.ms - renewed_ms_ < options_.lease.count() / 3) return;
  renewed_ms_ = now.ms;
  Status renewed = store_.renew_lease(job.id, job.token, now, options_.lease.count());
  if (!renewed) log::warning("the lease of job " + job.id + ": " + renewed.error().message);
}

void Scheduler::changed(const char* step) {
  if (on_change_) on_change_();
  if (options_.jobs.on_step) options_.jobs.on_step(step);
}

void Scheduler::work() {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (shutting_down_) return;
      work_arrived_ = false;
    }
    try {
      take_turn();
    } catch (const std::bad_alloc&) {
      lose_track();
    }
  }
}

void Scheduler::take_turn() {
  if (lost_track_) {
    const Error no_memory{ErrorCode::kOutOfMemory, "the service ran out of memory"};
    const auto recovered = recover_after(memory_ran_out_ ? Status(no_memory) : ok());
    if (!recovered) return pause_after_failure(recovered.error());
    lost_track_ = memory_ran_out_ = false;
    if (on_change_) on_change_();
  }
  const auto ran = run_next();
  lost_track_ = lost_track_ || !ran;
  if (!ran) return pause_after_failure(ran.error());
  if (!*ran) wait_for_work();
}

// Without memory nobody knows how far the job is, and what the engine was told. What lies on the
// disk tells, as after an end of the process. Nothing here asks for memory.
void Scheduler::lose_track() {
  lost_track_ = memory_ran_out_ = true;
  engine_.end();
  forget_running();
  MutexLock lock(mutex_);
  if (!shutting_down_) woken_.wait_for(lock.native(), kPauseWithoutMemory);
}

void Scheduler::pause_after_failure(const Error& error) {
  log::error("the queue: " + error.message);
  MutexLock lock(mutex_);
  woken_.wait_for(lock.native(), kPauseAfterFailure);
}

// Until there may be a job, one that waits is due, or the engine has been idle for long enough.
void Scheduler::wait_for_work() {
  const history::BootTime now = options_.clock();
  const auto due = store_.next_due_ms(now);
  if (!due) return pause_after_failure(due.error());
  auto pause = engine_.is_running() ? options_.engine_idle : 24h;
  if (*due) pause = std::min<std::chrono::milliseconds>(pause, (**due - now.ms) * 1ms);
  if (const auto until = hold_.until()) {
    pause = std::clamp<std::chrono::milliseconds>(
        std::chrono::ceil<std::chrono::milliseconds>(*until - options_.gpu_hold.now()), 0ms, pause);
  }
  bool idle = false;
  {
    MutexLock lock(mutex_);
    if (work_arrived_ || shutting_down_) return;
    idle = woken_.wait_for(lock.native(), pause) == std::cv_status::timeout;
  }
  if (!idle || !engine_.is_running() || pause < options_.engine_idle) return;
  log::info("the engine had nothing to do and is ended");
  engine_.end();
  const MutexLock lock(mutex_);
  engine_running_ = false;
}

Result<TransportView> Scheduler::report_transport(const TransportReport& report) {
  const auto played = hold_.host();
  auto view = hold_.report(report);
  if (played != hold_.host()) wake();
  return view;
}

void Scheduler::wake() {
  const MutexLock lock(mutex_);
  work_arrived_ = true;
  woken_.notify_all();
}

bool Scheduler::cancel(const std::string& job_id) {
  const MutexLock claiming(claiming_);
  std::optional<std::stop_source> stop;
  {
    const MutexLock lock(mutex_);
    if (!running_ || running_->id != job_id) return false;
    cancelled_ = true;
    stop.emplace(stop_);
  }
  stop->request_stop();
  return true;
}

void Scheduler::shut_down() {
  std::optional<std::stop_source> stop;
  {
    const MutexLock lock(mutex_);
    shutting_down_ = true;
    stop.emplace(stop_);
    woken_.notify_all();
  }
  stop->request_stop();
}

std::optional<RunningJob> Scheduler::running() const {
  const MutexLock lock(mutex_);
  return running_;
}

bool Scheduler::engine_is_running() const {
  const MutexLock lock(mutex_);
  return engine_running_;
}

}  // namespace dgx::jobs
