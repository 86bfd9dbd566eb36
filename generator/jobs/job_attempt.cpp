// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_attempt.hpp"

#include <algorithm>
#include <utility>

#include "generator/base/log.hpp"
#include "generator/base/version.hpp"
#include "generator/jobs/take_files.hpp"

namespace dgx::jobs {
namespace {

using namespace protocol;

constexpr std::int64_t kFinishingSteps = 2;  // Loudness; files.

}  // namespace

JobAttempt::JobAttempt(history::HistoryStore& store, EngineSupervisor& engine,
                       const Directory& folder, const Job& job, AttemptOptions options)
    : store_(store),
      engine_(engine),
      folder_(folder),
      job_(job),
      options_(std::move(options)),
      estimate_(job.request.variations, Clock::now(),
                phase_seconds(job.request, options_.timings)) {}

void JobAttempt::step(std::string_view name) const {
  if (options_.on_step) options_.on_step(name);
}

std::vector<history::PhaseTiming> JobAttempt::timings() const {
  std::vector<history::PhaseTiming> timings;
  for (const auto& [phase, seconds] : watch_.seconds()) {
    if (phase == Phase::kQueued || (phase != Phase::kLoading && audio_seconds_ <= 0)) continue;
    timings.push_back({phase, phase == Phase::kLoading ? seconds : seconds / audio_seconds_});
  }
  return timings;
}

Status JobAttempt::run(const JobProgress& progress, const std::stop_token& stop) {
  progress_ = &progress;
  const auto models = engine_.models();
  if (!models) return models.error();
  for (const ModelDescription& model : models->models) {
    if (model.identity.id == job_.request.model) model_ = model;
  }
  const auto rendered = engine_.render(
      job_.id, job_.request,
      [&](model::RenderedTake&& take) { return accept(std::move(take), stop); },
      [this](const Progress& step) { report(step); }, stop);
  watch_.end(Clock::now());
  if (!rendered) return rendered.error();
  if (takes_done_ == job_.request.variations) return ok();
  return Error{ErrorCode::kCorrupt, "the engine gave " + std::to_string(takes_done_) +
                                        " takes, expected " +
                                        std::to_string(job_.request.variations)};
}

void JobAttempt::report(const Progress& progress) {
  if (last_phase_ == Phase::kLoading && progress.phase != Phase::kLoading) {
    loading_seconds_ = std::chrono::duration<double>(Clock::now() - phase_began_).count();
    phase_began_ = Clock::now();
  }
  last_phase_ = progress.phase;
  watch_.enter(progress.phase, Clock::now());
  estimate_.update(takes_done_, progress, Clock::now());
  (*progress_)(estimate_.fraction(), estimate_.progress());
}

Status JobAttempt::accept(model::RenderedTake take, const std::stop_token& stop) {
  if (take.index != takes_done_ || take.index >= static_cast<std::int64_t>(job_.take_ids.size())) {
    return Error{ErrorCode::kCorrupt, "the engine gave take " + std::to_string(take.index) +
                                          ", expected " + std::to_string(takes_done_)};
  }
  const auto began = Clock::now();
  const double generating = std::chrono::duration<double>(began - phase_began_).count();
  const auto row = store_.find_take(job_.take_ids[static_cast<std::size_t>(take.index)]);
  if (!row) return row.error();
  step("rendered");
  if (row->status != JobStatus::kCompleted) {
    report({Phase::kFinishing, 0, kFinishingSteps, {}});
    auto finished = finish_take(take, job_.request, stop);
    if (!finished) return std::move(finished).error();
    audio_seconds_ += finished->mix.duration_seconds();
    report({Phase::kFinishing, 1, kFinishingSteps, {}});
    Status published = publish(std::move(take), *std::move(finished), generating, began, stop);
    if (!published) return published;
  }
  report({Phase::kFinishing, kFinishingSteps, kFinishingSteps, {}});
  ++takes_done_;
  phase_began_ = Clock::now();
  return ok();
}

Status JobAttempt::publish(model::RenderedTake take, FinishedTake finished,
                           double generating_seconds, Clock::time_point finishing_began,
                           const std::stop_token& stop) {
  Receipt receipt;
  receipt.take_id = job_.take_ids[static_cast<std::size_t>(take.index)];
  receipt.job_id = job_.id;
  receipt.prompt = job_.request.prompt;
  receipt.prompt_sent = take.prompt_sent;
  receipt.request = job_.request;
  receipt.seed = take.seed;
  receipt.model = model_.identity;
  receipt.duration_seconds = finished.mix.duration_seconds();
  receipt.frames = static_cast<std::int64_t>(finished.mix.frame_count());
  receipt.channels = finished.mix.channels;
  receipt.loudness = finished.loudness;
  receipt.tempo = take.tempo;
  receipt.key = take.key;
  receipt.loop = finished.loop;
  const EngineFacts described{kVersion, model_.kernel, model_.dtype, model_.device};
  receipt.engine = take.engine.value_or(described);
  receipt.times.created_at = job_.created_at;
  receipt.times.loading_seconds = loading_seconds_;
  receipt.times.generating_seconds = generating_seconds;
  receipt.times.finishing_seconds =
      std::chrono::duration<double>(Clock::now() - finishing_began).count();
  receipt.choices = take.choices;
  receipt.ignored_words = take.ignored_words;
  receipt.warnings = finished.warnings;

  TakeContent content{std::move(finished), std::move(take.midi_file), std::move(take.name_words),
                      std::move(receipt), options_.embed_receipt};
  auto written = write_take_files(folder_, std::move(content), stop, options_.on_step);
  if (!written) return std::move(written).error();
  history::CompletedTake row = completed_row(*written);
  row.token = job_.token;
  Status stored = store_.complete_take(row);
  if (!stored) history_failed_ = true;
  if (stored) step("committed");
  return stored;
}

}  // namespace dgx::jobs
