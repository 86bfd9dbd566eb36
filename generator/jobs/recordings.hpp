// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/output_folder.hpp"
#include "generator/protocol/request.hpp"

namespace dgx::jobs {

/// Makes a path of every recording that a request names (continue_from, melody): the file of a
/// take, or a file that exists where the rules for output_dir allow a folder, so that no request
/// reads what it may not name. Whether it holds audio is for the model to say. Failure: kNotFound,
/// kInvalidArgument; Error::field is the request's.
Status resolve_recordings(protocol::GenerationRequest& request, history::HistoryStore& store,
                          const OutputRules& rules);

}  // namespace dgx::jobs
