// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "generator/jobs/job_queue.hpp"
#include "generator/jobs/scheduler.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::jobs {

/// What a door changes: it puts requests into the queue, cancels jobs, names, trashes and restores
/// takes. What it answers is durable. Its engine answers questions only, so that a request is
/// checked while another one is rendered. Owns none of its parts; all outlive it.
/// Threads: one at a time.
class JobWriter {
 public:
  JobWriter(history::HistoryStore& store, EngineSupervisor& adviser, Scheduler& scheduler,
            JobOptions options)
      : store_(store),
        adviser_(adviser),
        scheduler_(scheduler),
        queue_(store, adviser, std::move(options)) {}

  /// All or none; JobQueue says what is checked.
  Result<protocol::BatchAccepted> submit(std::vector<protocol::GenerationRequest> requests,
                                         bool embed_receipts);
  /// True where the job is cancelled now; false where it was asked to stop and will end soon.
  /// kConflict where it has ended.
  Result<bool> cancel(const std::string& job_id);
  Result<protocol::Take> change_take(const std::string& take_id, const protocol::TakePatch& patch);
  /// To `.trash` beside its files, and back. Nothing is ever deleted.
  Result<protocol::Take> trash_take(const std::string& take_id);
  Result<protocol::Take> restore_take(const std::string& take_id);
  /// Some of the rejects, as trash_take() does it; HistoryStore::rejects() says which those are.
  Result<protocol::Discarded> discard_rejects(const protocol::DiscardRequest& request);
  Result<protocol::ModelList> models();

 private:
  history::HistoryStore& store_;
  EngineSupervisor& adviser_;
  Scheduler& scheduler_;
  JobQueue queue_;
};

}  // namespace dgx::jobs
