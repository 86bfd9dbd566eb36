// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/scheduler.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::jobs {

/// A published file, open for reading.
struct OpenFile {
  UniqueFd fd{};
  std::int64_t size = 0;
};

/// What a door tells about jobs and takes, from a store that only reads. Owns neither the store nor
/// the scheduler; both outlive it. Threads: one at a time.
class JobReader {
 public:
  JobReader(history::HistoryStore& store, const Scheduler& scheduler)
      : store_(store), scheduler_(scheduler) {}

  Result<protocol::JobView> job(const std::string& job_id);
  /// The jobs that have not ended, or those of one status; at most `limit` of them.
  Result<protocol::QueuePage> queue(std::optional<protocol::JobStatus> status, int limit);
  Result<history::HistoryPage> history(const history::HistoryQuery& query);
  Result<protocol::DiskUse> disk_use(const std::vector<std::string>& keep);
  Result<protocol::Take> take(const std::string& take_id);
  Result<protocol::InsertionView> insertion(const std::string& insertion_id);
  Result<std::vector<protocol::EventMessage>> events_after(std::int64_t sequence,
                                                           const std::string& job_id, int limit);
  /// The numbers of the first event that is kept and of the last.
  Result<std::pair<std::int64_t, std::int64_t>> event_range();
  Result<history::JobCounts> counts();
  /// The file of that name that belongs to a finished take: its WAV, a part, its MIDI file or its
  /// receipt. kNotFound for all else, so that no name leads anywhere else.
  Result<OpenFile> file(const std::string& name);
  /// The waveform of a take in 1 to 4096 columns. Reads the whole file.
  Result<protocol::PeaksMessage> peaks(const std::string& take_id, int columns);

 private:
  Result<protocol::JobView> view_of(const protocol::Job& job);

  history::HistoryStore& store_;
  const Scheduler& scheduler_;
};

}  // namespace dgx::jobs
