// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "generator/jobs/output_folder.hpp"
#include "generator/jobs/publisher.hpp"
#include "generator/protocol/endpoint.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

struct JobOptions {
  OutputRules output{};
  std::int64_t most_attempts = 3;  ///< After so many crashes or hangs a job fails for good
  bool embed_receipts = true;      ///< Write the receipt into the WAV as well
  std::int64_t most_pending = protocol::Limits{}.jobs_waiting;  ///< Further jobs are refused
  /// Told after each step of a job that may be the last one of the process; for tests.
  StepHook on_step{};
};

/// Tells whoever follows a job how far it is: 0 to 1, and the phase behind the number.
using JobProgress = std::function<void(double fraction, const protocol::Progress& progress)>;

/// The way into the queue: what a request has to be before it becomes a job. The Scheduler runs
/// what is in it. Owns neither the store nor the engine, which it asks whether it would take a
/// request; both outlive it. Threads: one at a time.
class JobQueue {
 public:
  JobQueue(history::HistoryStore& store, EngineSupervisor& engine, JobOptions options);

  /// Checks the request, chooses model and seed where none was said, makes sure that the output
  /// folder can be written and that the model would take the request, and writes job and takes as
  /// pending. Writes nothing if it fails.
  Result<protocol::Job> submit(protocol::GenerationRequest request);

  /// The same for several requests, all or none. Where a request's idempotency key is known by now
  /// the answer has the job that is there.
  Result<std::vector<protocol::Job>> submit_all(std::vector<protocol::GenerationRequest> requests,
                                                bool embed_receipts);

 private:
  Status decide(protocol::GenerationRequest& request, const protocol::ModelsMessage& models);
  Result<history::NewJob> prepare(protocol::GenerationRequest request, bool embed_receipt);

  history::HistoryStore& store_;
  EngineSupervisor& engine_;
  JobOptions options_;
};

}  // namespace dgx::jobs
