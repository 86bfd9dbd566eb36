// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::history {

enum class OpenMode {
  kReadWrite,  ///< Creates the database and brings an older one to the newest schema
  kReadOnly,   ///< Changes nothing; an older schema is refused with the command that updates it
};

struct OpenOptions {
  /// How long a lock of another process is waited for, at each call.
  std::chrono::milliseconds busy_timeout{5000};
};

/// One page of takes, newest first.
struct HistoryPage {
  std::vector<protocol::Take> takes{};
  std::int64_t total = 0;  ///< Of all pages
  std::int64_t page = 1;
  std::int64_t page_size = 20;
};

struct HistoryQuery {
  std::string text{};  ///< Words of the prompt, all of them, as prefixes; empty = all takes
  bool favourites_only = false;
  bool completed_only = false;
  std::int64_t page = 1;        ///< From 1
  std::int64_t page_size = 20;  ///< 1 to 200
};

/// A finished take, as the export chain hands it over.
struct CompletedTake {
  std::string take_id{};
  std::string model_name{};
  std::string model_version{};
  double duration_seconds = 0.0;
  int sample_rate = 0;
  int channels = 0;
  std::string file_path{};
  std::int64_t file_size_bytes = 0;
  double generation_time_seconds = 0.0;
  std::string receipt_json{};
};

struct PromptStatistics {
  std::string text{};
  std::int64_t used_count = 0;
  std::string first_used_at{};
  std::string last_used_at{};
};

/// The history database: jobs, takes, prompts and events in one SQLite file (docs/database.md).
/// Every changing call is one transaction, durable when it returns.
///
/// Failure: a file that is not ours or is damaged is ErrorCode::kCorrupt, one from a newer program
/// kUnsupportedVersion; both are left as they are. A database another process keeps locked for
/// longer than the busy timeout is kUnavailable, a full disk kDiskFull. Nothing retries for ever.
/// Opening to write checks every page; damage that a reader meets later is kCorrupt, too.
///
/// Threads: one at a time; the store has no lock of its own.
class HistoryStore {
 public:
  static Result<HistoryStore> open(const std::filesystem::path& file, OpenMode mode,
                                   const OpenOptions& options = {});

  HistoryStore(HistoryStore&&) noexcept;
  HistoryStore& operator=(HistoryStore&&) noexcept;
  ~HistoryStore();

  // Jobs. Ids nobody knows are kNotFound. A job changes only from the states named here; a call
  // that comes too late (the job has ended) is kConflict and changes nothing.

  /// Writes the job (pending), its takes (pending) and the prompt's statistics; kConflict where one
  /// of its ids exists.
  Status add_job(const protocol::Job& job);
  Result<protocol::Job> find_job(const std::string& job_id);
  /// All jobs in `status` in the order in which they were added.
  Result<std::vector<protocol::Job>> jobs_in(protocol::JobStatus status);
  /// pending -> processing, one attempt more.
  Status begin_job(const std::string& job_id);
  /// One take of a processing job is published; its job stays processing.
  Status complete_take(const CompletedTake& take);
  /// processing -> completed, once all its takes are completed.
  Status complete_job(const std::string& job_id);
  /// pending or processing -> failed; takes that are not completed fail with it.
  Status fail_job(const std::string& job_id, const Error& error);
  /// pending or processing -> cancelled, and all its takes with it, those completed as well: their
  /// files are the caller's to remove.
  Status cancel_job(const std::string& job_id);
  /// processing -> pending, after the process that worked on it is gone; completed takes stay so.
  Status requeue_job(const std::string& job_id);

  // Takes and prompts.

  Result<HistoryPage> page(const HistoryQuery& query);
  /// `take_id` may be a whole id or its end of four characters or more, as file names carry it, in
  /// either case; kConflict names the candidates where several takes end so.
  Result<protocol::Take> find_take(const std::string& take_id);
  Status set_favourite(const std::string& take_id, bool favourite);
  /// Most used first; `limit` is at least 1.
  Result<std::vector<PromptStatistics>> most_used_prompts(int limit);

  /// Checks the whole file: pages, indices, references, search index. kCorrupt names the first
  /// finding.
  Status check_integrity();

 private:
  struct Impl;
  explicit HistoryStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dgx::history
