// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/recovery.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/audio/wav_reader.hpp"
#include "generator/base/log.hpp"
#include "generator/jobs/publisher.hpp"
#include "generator/jobs/take_files.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::jobs {
namespace {

using namespace protocol;

constexpr const char* kQuarantine = ".quarantine";
// A receipt has a few kB; what is larger is not one.
constexpr std::size_t kLargestReceipt = std::size_t{1} << 20;

// The service has never come to an end of the job so often: it is likely what ends the service.
constexpr std::int64_t kMostStarts = 20;

Result<std::string> read_text(int fd) {
  std::string text;
  std::string buffer(4096, '\0');
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_from_errno(errno, "cannot read a receipt");
    if (count == 0) return text;
    text.append(buffer, 0, static_cast<std::size_t>(count));
    if (text.size() > kLargestReceipt) return Error{ErrorCode::kCorrupt, "not a receipt"};
  }
}

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// The receipt beside `take_id`'s files, if it was published. Names carry at least the last four
// characters of the id, so only a few files have to be opened.
Result<std::optional<Receipt>> find_receipt(const Directory& folder, const std::string& take_id) {
  std::string end = take_id.substr(take_id.size() - 4);
  std::transform(end.begin(), end.end(), end.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  const auto names = folder.names();
  // A receipt that is overlooked for want of memory would make its take a second time.
  if (!names && names.error().code == ErrorCode::kOutOfMemory) return names.error();
  if (!names) return std::optional<Receipt>{};
  for (const std::string& name : *names) {
    if (!name.ends_with(end + ".json")) continue;
    const auto fd = folder.open_file(name);
    const auto text = fd ? read_text(fd->get()) : Result<std::string>(fd.error());
    const auto receipt = text ? decode_receipt(*text) : Result<Receipt>(text.error());
    if (receipt && receipt->take_id == take_id) return std::optional(*receipt);
  }
  return std::optional<Receipt>{};
}

bool is_whole(const Directory& folder, const Receipt& receipt) {
  const auto fd = folder.open_file(name_of(receipt.file_path));
  if (!fd) return false;
  const auto hash = wav_audio_sha256(fd->get());
  return hash && *hash == receipt.audio_sha256;
}

void remove_temporary_files(const Directory& folder, const std::string& take_id) {
  if (!folder.contains(kTemporaryFolder)) return;
  const auto temporary = folder.open_beneath(kTemporaryFolder);
  if (!temporary) return;
  if (const auto names = temporary->names()) {
    for (const std::string& name : *names) {
      if (!name.starts_with(take_id)) continue;
      if (Status removed = temporary->remove_file(name); !removed) {
        log::warning(removed.error().message);
      }
    }
  }
  folder.remove_empty_directory(kTemporaryFolder);
}

// Files of a take that was published in part are kept, out of the musician's way.
void quarantine(const Directory& folder, const Receipt& receipt) {
  const auto kept = folder.make_directory(kQuarantine);
  if (!kept) return log::warning(kept.error().message);
  for (const std::string& name : file_names_of(receipt)) {
    if (!folder.contains(name)) continue;
    if (Status moved = folder.move_without_replacing(name, *kept, name); !moved) {
      log::warning(moved.error().message);
    }
  }
}

Status adopt(history::HistoryStore& store, const Directory& folder, const Receipt& receipt) {
  history::CompletedTake row = completed_row(receipt);
  row.file_path = (folder.path() / name_of(receipt.file_path)).string();
  return store.complete_take(row);
}

// True if the take is in the history as completed now.
Result<bool> recover_take(history::HistoryStore& store, const Directory& folder,
                          const std::string& take_id) {
  const auto take = store.find_take(take_id);
  if (!take) return take.error();
  if (take->status == JobStatus::kCompleted) return true;
  remove_temporary_files(folder, take_id);
  const auto receipt = find_receipt(folder, take_id);
  if (!receipt) return receipt.error();
  if (!*receipt) return false;
  if (!is_whole(folder, **receipt)) {
    quarantine(folder, **receipt);
    return false;
  }
  if (Status adopted = adopt(store, folder, **receipt); !adopted) return adopted.error();
  return true;
}

// Takes into the history what is there; true if the whole job is.
Result<bool> recover_takes(history::HistoryStore& store, const OutputRules& rules, const Job& job) {
  const auto folder = open_output_folder(job.request.output_dir, rules);
  if (!folder) return false;
  bool whole = true;
  for (const std::string& take_id : job.take_ids) {
    const auto recovered = recover_take(store, *folder, take_id);
    if (!recovered) return recovered.error();
    whole = whole && *recovered;
  }
  return whole;
}

}  // namespace

Status resume_job(history::HistoryStore& store, const OutputRules& rules, const Job& job,
                  const Status& attempt) {
  const auto whole = recover_takes(store, rules, job);
  if (!whole) return whole.error();
  if (*whole) return store.complete_job(job.id, job.token);
  if (!attempt) return store.fail_job(job.id, attempt.error(), job.token);
  if (job.token < kMostStarts) {
    return store.requeue_job(job.id, {.token = job.token, .attempt_counts = false});
  }
  return store.fail_job(
      job.id,
      {ErrorCode::kAttemptsExhausted, "gave up: the service ended " + std::to_string(job.token) +
                                          " times while it worked on this job"},
      job.token);
}

}  // namespace dgx::jobs
