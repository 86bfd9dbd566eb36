// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/output_folder.hpp"

namespace dgx::jobs {

/// Takes up one job that a process before was working on: temporary files of its takes are removed;
/// a take whose WAV and receipt were published, and whose samples match the receipt's hash, is
/// written into the history; files of a take that was published in part are moved to .quarantine in
/// the same folder. The job completes if all its takes are there now. Otherwise it fails where
/// `attempt` says what ended it, and goes back into the queue where nobody knows; no attempt is
/// counted, for the job is not to blame. One that was begun too often without ever coming to an end
/// fails. Only the holder of the DataLock may call it.
Status resume_job(history::HistoryStore& store, const OutputRules& rules, const protocol::Job& job,
                  const Status& attempt = ok());

}  // namespace dgx::jobs
