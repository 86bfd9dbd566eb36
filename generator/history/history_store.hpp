// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/disk_use.hpp"
#include "generator/protocol/insertion.hpp"
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
using protocol::HistoryPage;

struct HistoryQuery {
  std::string text{};  ///< Words of the prompt, all of them, as prefixes; empty = all takes
  bool favourites_only = false;
  bool completed_only = false;
  bool trashed = false;         ///< What lies in the trash, and nothing else; not searched by text
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
  std::optional<std::int64_t> token{};  ///< Of the attempt that made it, where that is known
};

/// A moment of a clock that never steps. It says nothing once the machine has started anew, and so
/// goes with the id of the boot.
struct BootTime {
  std::string boot_id{};
  std::int64_t ms = 0;
};

/// A job that is to be added, and what was asked for before anything was decided: requests with
/// one idempotency key are compared by it.
struct NewJob {
  protocol::Job job{};
  std::string asked{};
};

/// An insertion that is to be added: what was asked for, and what was made of it.
struct NewInsertion {
  std::string id{};
  std::string take_id{};  ///< Whole
  std::string session{};  ///< Its folder
  protocol::InsertionRequest request{};
};

/// How a job goes back into the queue.
struct Requeue {
  std::optional<std::int64_t> token{};   ///< Only while this attempt has the job
  std::optional<BootTime> not_before{};  ///< It waits until then
  bool attempt_counts = true;            ///< False where the job is not to blame
};

struct JobCounts {
  std::int64_t pending = 0;
  std::int64_t processing = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
};

/// How long a phase of rendering took, as a mean that follows what was measured last.
struct PhaseTiming {
  protocol::Phase phase = protocol::Phase::kGenerating;
  double seconds = 0;  ///< For one second of audio; of loading: for once
};

/// How far a job's level of priority goes: it overtakes so many of the jobs accepted before it, a
/// level above theirs, and is overtaken by as few. So nothing starves.
inline constexpr std::int64_t kOvertakesPerLevel = 256;

/// So many events are kept; who resumes after an older one has to read the queue anew.
inline constexpr std::int64_t kEventsKept = 10'000;

/// A published take whose files lie elsewhere now.
struct MovedTake {
  std::string take_id{};
  std::string file_path{};
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
  /// Adds all or none. A job whose idempotency key is known by now is not added again: the one
  /// that is there stands in the answer, or the call is kConflict where that was asked for
  /// otherwise. kUnavailable where more than `most_pending` jobs would wait.
  Result<std::vector<protocol::Job>> add_jobs(const std::vector<NewJob>& jobs,
                                              std::int64_t most_pending);
  /// The job that was added under this key for `asked`; kConflict where it was for something else.
  Result<std::optional<protocol::Job>> find_by_key(const std::string& key,
                                                   const std::string& asked);
  Result<protocol::Job> find_job(const std::string& job_id);
  /// All jobs in `status` in the order in which they were added.
  Result<std::vector<protocol::Job>> jobs_in(protocol::JobStatus status);
  /// pending -> processing, one attempt more.
  Status begin_job(const std::string& job_id);
  /// Begins the pending job whose turn it is, if there is one, and leases it for so long. The order
  /// is that of acceptance, less kOvertakesPerLevel a level of priority; a job that waits for
  /// another attempt is passed over until its time, and so is one for a model of `held_models`.
  Result<std::optional<protocol::Job>> claim_next_job(
      const BootTime& now, std::int64_t lease_ms, const std::vector<std::string>& held_models = {});
  /// The next moment after `now` at which a job that waits may begin.
  Result<std::optional<std::int64_t>> next_due_ms(const BootTime& now);
  /// Keeps a claimed job for so much longer; kConflict where another attempt has it.
  Status renew_lease(const std::string& job_id, std::int64_t token, const BootTime& now,
                     std::int64_t lease_ms);
  /// Processing jobs whose lease has run out, or was never given on this boot.
  Result<std::vector<protocol::Job>> abandoned_jobs(const BootTime& now);
  /// One take of a processing job is published; its job stays processing.
  Status complete_take(const CompletedTake& take);
  /// processing -> completed, once all its takes are completed.
  /// With a token: only while that attempt has the job. So it is with the next two.
  Status complete_job(const std::string& job_id, std::optional<std::int64_t> token = {});
  /// pending or processing -> failed; takes that are not completed fail with it.
  Status fail_job(const std::string& job_id, const Error& error,
                  std::optional<std::int64_t> token = {});
  /// pending or processing -> cancelled, and all its takes with it, those completed as well: their
  /// files are the caller's to remove.
  Status cancel_job(const std::string& job_id, std::optional<std::int64_t> token = {});
  /// processing -> pending, after the process that worked on it is gone; completed takes stay so.
  Status requeue_job(const std::string& job_id, const Requeue& how = {});
  /// Jobs in the order in which they run: those that are processing, then those that are pending;
  /// with a status only those, ended ones newest first. At most `limit`.
  Result<std::vector<protocol::Job>> queue(std::optional<protocol::JobStatus> status, int limit);
  Result<JobCounts> count_jobs();

  // Events, numbered without gaps in the order of the changes.

  /// Those after `sequence`, of one job or of all; at most `limit`.
  Result<std::vector<protocol::EventMessage>> events_after(std::int64_t sequence,
                                                           const std::string& job_id, int limit);
  /// The numbers of the first that is kept and of the last; 0 and 0 where there are none.
  Result<std::pair<std::int64_t, std::int64_t>> event_range();

  // What rendering took on this machine.

  Status record_timings(const std::string& model, const std::vector<PhaseTiming>& timings);
  Result<std::vector<PhaseTiming>> timings(const std::string& model);

  // Takes and prompts.

  Result<HistoryPage> page(const HistoryQuery& query);
  /// `take_id` may be a whole id or its end of four characters or more, as file names carry it, in
  /// either case; kConflict names the candidates where several takes end so.
  Result<protocol::Take> find_take(const std::string& take_id);
  /// Takes that may have a file of this name: those whose ids end as the name says.
  Result<std::vector<protocol::Take>> takes_with_file(const std::string& name);
  Status set_favourite(const std::string& take_id, bool favourite);
  /// Changes what the patch names; all or nothing.
  Status change_take(const std::string& take_id, const protocol::TakePatch& patch);
  /// A take in the trash is found by its id alone; its files are the caller's business. A take
  /// that is being made is kConflict; one that is there already is fine.
  Status trash_take(const std::string& take_id);
  Status restore_take(const std::string& take_id);
  /// Finished takes that are not in the trash, and how many of them are rejects: no favourite, not
  /// placed in Ardour or on the way there, and not one of `keep`, which are whole ids.
  Result<protocol::DiskUse> disk_use(const std::vector<std::string>& keep);
  /// Ids of rejects, the oldest first; at most `limit`.
  Result<std::vector<std::string>> rejects(const std::vector<std::string>& keep, int limit);
  /// Most used first; `limit` is at least 1.
  Result<std::vector<PromptStatistics>> most_used_prompts(int limit);

  // Insertions into Ardour sessions.

  /// Writes down that a take is to be placed. Where the request's idempotency key is known by now,
  /// the insertion that is there stands in the answer, or the call is kConflict where that was
  /// asked for otherwise.
  Result<protocol::InsertionView> add_insertion(const NewInsertion& insertion);
  Result<protocol::InsertionView> find_insertion(const std::string& id);
  /// The one that was added under the request's idempotency key, if it has one; kConflict as above.
  Result<std::optional<protocol::InsertionView>> find_insertion_by_key(
      const protocol::InsertionRequest& request);
  /// Those that have not ended, oldest first.
  Result<std::vector<protocol::InsertionView>> open_insertions();
  /// waiting <-> claimed.
  Status set_insertion_claimed(const std::string& id, bool claimed);
  /// waiting or claimed -> done, failed or cancelled; kConflict where it has ended.
  Status end_insertion(const std::string& id, protocol::InsertionStatus status,
                       const protocol::InsertionOutcome& outcome);

  // The history as a whole.

  /// Writes a copy that is one file (mode 0600), as the history stands at the beginning of the
  /// call. Nobody who writes meanwhile is kept waiting. An existing file is written over.
  Status copy_to(const std::filesystem::path& file);
  /// Visits every take that has a WAV, wherever that is by now, in the order of their rows. Of
  /// each, id, file_path and receipt_json are set. A failing visit ends it.
  Status visit_published_takes(const std::function<Status(const protocol::Take&)>& visit);
  /// Writes down where published takes lie by now, all or none; kNotFound names an id that has
  /// none.
  Status move_takes(const std::vector<MovedTake>& takes);

  /// Checks the whole file: pages, indices, references, search index. kCorrupt names the first
  /// finding.
  Status check_integrity();

 private:
  struct Impl;
  explicit HistoryStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dgx::history
