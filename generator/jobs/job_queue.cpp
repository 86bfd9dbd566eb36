// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_queue.hpp"

#include <sys/random.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "generator/base/ulid.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/jobs/job_attempt.hpp"
#include "generator/jobs/recovery.hpp"
#include "generator/jobs/take_files.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::jobs {
namespace {

using namespace protocol;

// Drawn seeds have nine digits, so that a person can read one out; asked ones may be any.
constexpr std::uint64_t kDrawnSeeds = 1'000'000'000;

Result<std::int64_t> draw_seed() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    return Error{ErrorCode::kIo, "the system gave no random numbers"};
  }
  return static_cast<std::int64_t>(bits % kDrawnSeeds);
}

Result<std::string> choose_model(const ModelsMessage& models,
                                 const std::optional<std::string>& asked) {
  std::string known;
  for (const ModelDescription& model : models.models) {
    if (!asked || *asked == model.identity.id) return model.identity.id;
    known += (known.empty() ? "" : ", ") + model.identity.id;
  }
  for (const UnavailableModel& model : models.unavailable) {
    if (!asked || *asked == model.id) return model.error;
  }
  return Error{
      ErrorCode::kNotFound,
      "model must be one of the installed models (" + known + "), got " + asked.value_or(""),
      "model"};
}

bool is_worth_another_attempt(ErrorCode code) {
  return code == ErrorCode::kEngineCrashed || code == ErrorCode::kEngineHung;
}

Error final_error(const Job& job, const Error& error) {
  if (!is_worth_another_attempt(error.code)) return error;
  return {ErrorCode::kAttemptsExhausted, "gave up after " + std::to_string(job.attempt) +
                                             " attempts; the last time " + error.message};
}

}  // namespace

JobQueue::JobQueue(history::HistoryStore& store, EngineSupervisor& engine, JobOptions options)
    : store_(store), engine_(engine), options_(std::move(options)) {}

Result<int> JobQueue::recover() {
  return recover_jobs(store_, options_.output);
}

Result<Job> JobQueue::submit(GenerationRequest request) {
  if (Status valid = validate(request); !valid) return valid.error();
  auto models = engine_.models();
  if (!models) return std::move(models).error();
  auto model = choose_model(*models, request.model);
  if (!model) return std::move(model).error();
  request.model = *std::move(model);
  if (!request.seed) {
    auto seed = draw_seed();
    if (!seed) return std::move(seed).error();
    request.seed = *seed;
  }
  auto folder = open_output_folder(request.output_dir, options_.output);
  if (!folder) return std::move(folder).error();
  if (Status taken = engine_.check(request); !taken) return taken.error();

  Job job;
  job.id = new_ulid();
  job.created_at = now_rfc3339();
  for (std::int64_t i = 0; i < request.variations; ++i) job.take_ids.push_back(new_ulid());
  job.request = std::move(request);
  if (Status added = store_.add_job(job); !added) return added.error();
  return job;
}

Result<Job> JobQueue::run(const std::string& job_id, const JobProgress& progress,
                          const std::stop_token& stop) {
  for (;;) {
    if (Status begun = store_.begin_job(job_id); !begun) return begun.error();
    const auto job = store_.find_job(job_id);
    if (!job) return job.error();
    auto folder = open_output_folder(job->request.output_dir, options_.output);
    if (!folder) return end(*job, folder.error());
    JobAttempt attempt(store_, engine_, *folder, *job, options_.embed_receipts);
    const Status outcome = attempt.run(progress, stop);
    if (attempt.history_failed()) return outcome.error();
    const bool again = !outcome && is_worth_another_attempt(outcome.error().code) &&
                       job->attempt < options_.most_attempts;
    if (!again) return end(*job, outcome);
    if (Status requeued = store_.requeue_job(job_id); !requeued) return requeued.error();
  }
}

Result<Job> JobQueue::end(const Job& job, const Status& outcome) {
  Status written = outcome ? store_.complete_job(job.id)
                   : outcome.error().code == ErrorCode::kCancelled
                       ? cancel(job)
                       : store_.fail_job(job.id, final_error(job, outcome.error()));
  if (!written) return std::move(written).error();
  return store_.find_job(job.id);
}

// Rows first: a process that dies in between leaves a file too many, never a row without its file.
Status JobQueue::cancel(const Job& job) {
  std::vector<std::string> names;
  for (const std::string& id : job.take_ids) {
    const auto take = store_.find_take(id);
    if (!take) return take.error();
    if (take->status != JobStatus::kCompleted) continue;
    const auto receipt = decode_receipt(take->receipt_json);
    if (!receipt) return receipt.error();
    std::ranges::move(file_names_of(*receipt), std::back_inserter(names));
  }
  if (Status cancelled = store_.cancel_job(job.id); !cancelled) return cancelled;
  if (names.empty()) return ok();
  const auto folder = open_output_folder(job.request.output_dir, options_.output);
  if (!folder) return folder.error();
  for (const std::string& name : names) {
    Status removed = folder->remove_file(name);
    // Whoever moved a file out of the folder meanwhile has it.
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
  }
  return folder->sync();
}

}  // namespace dgx::jobs
