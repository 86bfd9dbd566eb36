// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/output_folder.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// True for what another attempt may mend: the engine crashed or hung.
bool is_worth_another_attempt(ErrorCode code);

/// Writes down how the attempt `job.token` came out: completed, cancelled, or failed, as
/// attempts_exhausted where it was the last of several. Of a cancelled job no file stays, of a
/// failed one the takes that were completed. kConflict where another attempt has the job by now.
Status end_job(history::HistoryStore& store, const OutputRules& rules, const protocol::Job& job,
               const Status& outcome);

}  // namespace dgx::jobs
