// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_writer.hpp"

#include <filesystem>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/jobs/progress_estimate.hpp"
#include "generator/jobs/take_files.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::jobs {
namespace {

using namespace protocol;

constexpr const char* kTrash = ".trash";
// A job that is begun between two looks at it is looked at again.
constexpr int kLooks = 3;

// Moves whatever is not there yet, so that a move which was interrupted is finished by the next.
Status move_files(const Directory& from, const Directory& to, const Receipt& receipt) {
  for (const std::string& name : file_names_of(receipt)) {
    if (!from.contains(name)) continue;
    if (Status moved = from.move_without_replacing(name, to, name); !moved) return moved;
  }
  if (Status synced = to.sync(); !synced) return synced;
  return from.sync();
}

struct TakePlaces {
  Directory folder;
  Directory trash;
  Receipt receipt;
};

Result<std::optional<TakePlaces>> places_of(const Take& take) {
  if (take.file_path.empty()) return std::optional<TakePlaces>{};  // It never had a file.
  auto receipt = decode_receipt(take.receipt_json);
  if (!receipt) return std::move(receipt).error();
  receipt->file_path = take.file_path;
  auto folder = Directory::open(std::filesystem::path(take.file_path).parent_path());
  if (!folder) return std::move(folder).error();
  auto trash = folder->make_directory(kTrash);
  if (!trash) return std::move(trash).error();
  return std::optional<TakePlaces>(
      TakePlaces{*std::move(folder), *std::move(trash), *std::move(receipt)});
}

/// Jobs may be in the queue although there is no memory to say so.
struct WakeAfter {
  Scheduler& scheduler;
  explicit WakeAfter(Scheduler& which) : scheduler(which) {}
  ~WakeAfter() { scheduler.wake(); }
  WakeAfter(const WakeAfter&) = delete;
  WakeAfter& operator=(const WakeAfter&) = delete;
};

JobAccepted accepted(const Job& job, std::optional<double> seconds) {
  return {job.id, job.status, seconds, job.created_at};
}

}  // namespace

Result<BatchAccepted> JobWriter::submit(std::vector<GenerationRequest> requests,
                                        bool embed_receipts) {
  const WakeAfter wake_after{scheduler_};
  const auto jobs = queue_.submit_all(std::move(requests), embed_receipts);
  if (!jobs) return jobs.error();
  BatchAccepted answer;
  for (const Job& job : *jobs) {
    const auto timings = store_.timings(job.request.model.value_or(""));
    answer.jobs.push_back(
        accepted(job, timings ? estimated_seconds(job.request, *timings) : std::nullopt));
  }
  return answer;
}

Result<bool> JobWriter::cancel(const std::string& job_id) {
  Status refused = ok();
  for (int look = 0; look < kLooks; ++look) {
    if (scheduler_.cancel(job_id)) return false;
    const auto job = store_.find_job(job_id);
    if (!job) return job.error();
    // Under the token of a pending job: once it is begun, it is the scheduler's to end it.
    refused = job->status == JobStatus::kProcessing
                  ? Status(Error{ErrorCode::kConflict, "job " + job_id + " is being ended"})
                  : store_.cancel_job(job_id, job->token);
    if (refused) return true;
    if (job->status != JobStatus::kPending && job->status != JobStatus::kProcessing) break;
  }
  return std::move(refused).error();
}

Result<Take> JobWriter::change_take(const std::string& take_id, const TakePatch& patch) {
  if (Status changed = store_.change_take(take_id, patch); !changed) return changed.error();
  return store_.find_take(take_id);
}

Result<Take> JobWriter::trash_take(const std::string& take_id) {
  if (Status trashed = store_.trash_take(take_id); !trashed) return trashed.error();
  auto take = store_.find_take(take_id);
  if (!take) return take;
  const auto places = places_of(*take);
  if (!places) return places.error();
  if (!*places) return take;
  Status moved = move_files((*places)->folder, (*places)->trash, (*places)->receipt);
  if (!moved) return std::move(moved).error();
  return take;
}

// Files first: a row that says "there" must never be ahead of its files.
Result<Take> JobWriter::restore_take(const std::string& take_id) {
  const auto take = store_.find_take(take_id);
  if (!take) return take.error();
  const auto places = places_of(*take);
  if (!places) return places.error();
  if (*places) {
    Status moved = move_files((*places)->trash, (*places)->folder, (*places)->receipt);
    if (!moved) return std::move(moved).error();
    (*places)->folder.remove_empty_directory(kTrash);
  }
  if (Status restored = store_.restore_take(take->id); !restored) return restored.error();
  return store_.find_take(take->id);
}

// What could not be moved is told beside what was, so that the caller can take it all back.
Result<Discarded> JobWriter::discard_rejects(const DiscardRequest& request) {
  const auto ids = store_.rejects(request.keep, static_cast<int>(kMostDiscarded));
  if (!ids) return ids.error();
  Discarded discarded;
  for (const std::string& id : *ids) {
    const auto take = trash_take(id);
    const auto now = take ? take : store_.find_take(id);
    if (!now) return now.error();
    if (now->trashed_at) {
      discarded.take_ids.push_back(id);
      discarded.bytes += now->file_size_bytes;
    }
    if (take) continue;
    discarded.problem = take.error().message;
    break;
  }
  const auto use = store_.disk_use(request.keep);
  if (!use) return use.error();
  discarded.left = use->rejects;
  return discarded;
}

Result<ModelList> JobWriter::models() {
  auto models = adviser_.models();
  if (!models) return std::move(models).error();
  return ModelList{std::move(models->models), std::move(models->unavailable)};
}

}  // namespace dgx::jobs
