// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_reader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "generator/audio/wav_reader.hpp"
#include "generator/audio/waveform_peaks.hpp"
#include "generator/base/directory.hpp"
#include "generator/jobs/take_files.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::jobs {
namespace {

using namespace protocol;

constexpr int kMostColumns = 4096;

Result<OpenFile> open_beside(const std::string& wav, const std::string& name) {
  const auto folder = Directory::open(std::filesystem::path(wav).parent_path());
  if (!folder) return folder.error();
  auto fd = folder->open_file(name);
  if (!fd) return std::move(fd).error();
  struct stat facts {};
  if (::fstat(fd->get(), &facts) != 0) return error_from_errno(errno, "cannot look at " + name);
  return OpenFile{*std::move(fd), facts.st_size};
}

Error no_file(const std::string& name) {
  return {ErrorCode::kNotFound, "no finished take has a file " + name};
}

}  // namespace

Result<JobView> JobReader::view_of(const Job& job) {
  JobView view;
  view.job_id = job.id;
  view.status = job.status;
  view.priority = job.request.priority.value_or("normal");
  view.attempt = job.attempt;
  view.created_at = job.created_at;
  if (!job.completed_at.empty()) view.completed_at = job.completed_at;
  view.error = job.error;
  view.request = job.request;
  const auto running = scheduler_.running();
  if (job.status == JobStatus::kProcessing && running && running->id == job.id) {
    view.fraction = running->fraction;
    view.progress = running->progress;
  }
  if (job.status == JobStatus::kPending) {
    view.waits = scheduler_.gpu_hold().why_waits(job.request.model.value_or(""));
  }
  for (const std::string& id : job.take_ids) {
    const auto take = store_.find_take(id);
    if (!take) return take.error();
    JobTake shown{take->id, take->status, {}};
    if (!take->file_path.empty()) shown.file_path = take->file_path;
    view.takes.push_back(std::move(shown));
  }
  return view;
}

Result<JobView> JobReader::job(const std::string& job_id) {
  const auto job = store_.find_job(job_id);
  if (!job) return job.error();
  return view_of(*job);
}

Result<QueuePage> JobReader::queue(std::optional<JobStatus> status, int limit) {
  const auto jobs = store_.queue(status, limit);
  if (!jobs) return jobs.error();
  const auto counts = store_.count_jobs();
  if (!counts) return counts.error();
  QueuePage page;
  for (const Job& job : *jobs) {
    auto view = view_of(job);
    if (!view) return std::move(view).error();
    page.jobs.push_back(*std::move(view));
  }
  const auto count_of = [&](JobStatus which) {
    switch (which) {
      case JobStatus::kPending:
        return counts->pending;
      case JobStatus::kProcessing:
        return counts->processing;
      case JobStatus::kCompleted:
        return counts->completed;
      case JobStatus::kFailed:
        return counts->failed;
      case JobStatus::kCancelled:
        return counts->cancelled;
    }
    return std::int64_t{0};
  };
  page.total = status ? count_of(*status) : counts->pending + counts->processing;
  return page;
}

Result<history::HistoryPage> JobReader::history(const history::HistoryQuery& query) {
  return store_.page(query);
}

Result<DiskUse> JobReader::disk_use(const std::vector<std::string>& keep) {
  return store_.disk_use(keep);
}

Result<Take> JobReader::take(const std::string& take_id) {
  return store_.find_take(take_id);
}

Result<InsertionView> JobReader::insertion(const std::string& insertion_id) {
  return store_.find_insertion(insertion_id);
}

Result<std::vector<EventMessage>> JobReader::events_after(std::int64_t sequence,
                                                          const std::string& job_id, int limit) {
  return store_.events_after(sequence, job_id, limit);
}

Result<std::pair<std::int64_t, std::int64_t>> JobReader::event_range() {
  return store_.event_range();
}

Result<history::JobCounts> JobReader::counts() {
  return store_.count_jobs();
}

Result<OpenFile> JobReader::file(const std::string& name) {
  if (!is_file_name(name)) return no_file("of that name");
  const auto takes = store_.takes_with_file(name);
  if (!takes) return takes.error();
  for (const Take& take : *takes) {
    if (take.trashed_at) continue;
    const auto receipt = decode_receipt(take.receipt_json);
    if (!receipt) continue;
    const auto names = file_names_of(*receipt);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    return open_beside(take.file_path, name);
  }
  return no_file(name);
}

Result<PeaksMessage> JobReader::peaks(const std::string& take_id, int columns) {
  if (columns < 1 || columns > kMostColumns) {
    return Error{
        ErrorCode::kInvalidArgument,
        "columns must be 1 to " + std::to_string(kMostColumns) + ", got " + std::to_string(columns),
        "columns"};
  }
  const auto take = store_.find_take(take_id);
  if (!take) return take.error();
  if (take->status != JobStatus::kCompleted || take->trashed_at) {
    return Error{ErrorCode::kConflict, "take " + take->id + " has no file to draw"};
  }
  const std::filesystem::path path(take->file_path);
  const auto file = open_beside(take->file_path, path.filename().string());
  if (!file) return file.error();
  const auto clip = read_wav(file->fd.get());
  if (!clip) return clip.error();
  PeaksMessage message;
  message.take_id = take->id;
  message.frames = static_cast<std::int64_t>(clip->frame_count());
  message.sample_rate = clip->sample_rate;
  for (const PeakColumn& column : dgx::peaks(*clip, columns)) {
    message.min.push_back(static_cast<double>(column.min));
    message.max.push_back(static_cast<double>(column.max));
  }
  return message;
}

}  // namespace dgx::jobs
