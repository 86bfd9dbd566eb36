// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_queue.hpp"

#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "generator/base/ulid.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/jobs/recordings.hpp"
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

Error at_place(Error error, std::size_t index) {
  const std::string place = "requests[" + std::to_string(index) + "]";
  error.message = place + ": " + error.message;
  error.field = error.field.empty() ? place : place + "." + error.field;
  return error;
}

}  // namespace

JobQueue::JobQueue(history::HistoryStore& store, EngineSupervisor& engine, JobOptions options)
    : store_(store), engine_(engine), options_(std::move(options)) {}

Status JobQueue::decide(GenerationRequest& request, const ModelsMessage& models) {
  auto model = choose_model(models, request.model);
  if (!model) return std::move(model).error();
  request.model = *std::move(model);
  if (!request.seed) {
    auto seed = draw_seed();
    if (!seed) return std::move(seed).error();
    request.seed = *seed;
  }
  auto folder = open_output_folder(request.output_dir, options_.output);
  if (!folder) return std::move(folder).error();
  if (Status found = resolve_recordings(request, store_, options_.output); !found) return found;
  return engine_.check(request);
}

Result<history::NewJob> JobQueue::prepare(GenerationRequest request, bool embed_receipt) {
  if (Status valid = validate(request); !valid) return valid.error();
  history::NewJob added;
  added.asked = encode(request);
  if (request.idempotency_key) {
    // What was asked for before is answered as it was then, whatever became of its model.
    auto known = store_.find_by_key(*request.idempotency_key, added.asked);
    if (!known) return std::move(known).error();
    if (*known) return history::NewJob{**std::move(known), std::move(added.asked)};
  }
  auto models = engine_.models();
  if (!models) return std::move(models).error();
  if (Status decided = decide(request, *models); !decided) return decided.error();
  Job& job = added.job;
  job.id = new_ulid();
  job.created_at = now_rfc3339();
  job.embed_receipt = embed_receipt;
  for (std::int64_t i = 0; i < request.variations; ++i) job.take_ids.push_back(new_ulid());
  job.request = std::move(request);
  return added;
}

Result<std::vector<Job>> JobQueue::submit_all(std::vector<GenerationRequest> requests,
                                              bool embed_receipts) {
  std::vector<history::NewJob> jobs;
  for (GenerationRequest& request : requests) {
    auto job = prepare(std::move(request), embed_receipts);
    if (!job && requests.size() > 1) return at_place(std::move(job).error(), jobs.size());
    if (!job) return std::move(job).error();
    jobs.push_back(*std::move(job));
  }
  return store_.add_jobs(jobs, options_.most_pending);
}

Result<Job> JobQueue::submit(GenerationRequest request) {
  std::vector<GenerationRequest> one;
  one.push_back(std::move(request));
  auto jobs = submit_all(std::move(one), true);
  if (!jobs) return std::move(jobs).error();
  return std::move(jobs->front());
}

}  // namespace dgx::jobs
