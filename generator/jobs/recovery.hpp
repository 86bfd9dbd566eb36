// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/output_folder.hpp"

namespace dgx::jobs {

/// Ends every job that a command line was working on, after its process is gone:
/// temporary files of its takes are removed; a take whose WAV and receipt were published, and
/// whose samples match the receipt's hash, is written into the history; files of a take that was
/// published in part are moved to .quarantine in the same folder; the job completes if all its
/// takes are there now, and fails with a sentence otherwise. A job of a service is resumed, and
/// what waits in the queue stays there. Only the holder of the DataLock may call it. Gives the
/// number of jobs it dealt with.
Result<int> recover_jobs(history::HistoryStore& store, const OutputRules& rules);

/// The same for one processing job, which goes back into the queue where a take is missing; no
/// attempt is counted, for the job is not to blame. One that was begun too often without ever
/// coming to an end fails.
Status resume_job(history::HistoryStore& store, const OutputRules& rules, const protocol::Job& job);

}  // namespace dgx::jobs
