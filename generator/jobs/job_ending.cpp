// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/job_ending.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "generator/jobs/take_files.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::jobs {
namespace {

using protocol::decode_receipt;
using protocol::Job;
using protocol::JobStatus;

Error final_error(const Job& job, const Error& error) {
  if (!is_worth_another_attempt(error.code)) return error;
  return {ErrorCode::kAttemptsExhausted, "gave up after " + std::to_string(job.attempt) +
                                             " attempts; the last time " + error.message};
}

// Rows first: a process that dies in between leaves a file too many, never a row without its file.
Status cancel(history::HistoryStore& store, const OutputRules& rules, const Job& job) {
  std::vector<std::string> names;
  for (const std::string& id : job.take_ids) {
    const auto take = store.find_take(id);
    if (!take) return take.error();
    if (take->status != JobStatus::kCompleted) continue;
    const auto receipt = decode_receipt(take->receipt_json);
    if (!receipt) return receipt.error();
    std::ranges::move(file_names_of(*receipt), std::back_inserter(names));
  }
  if (Status cancelled = store.cancel_job(job.id, job.token); !cancelled) return cancelled;
  if (names.empty()) return ok();
  const auto folder = open_output_folder(job.request.output_dir, rules);
  if (!folder) return folder.error();
  for (const std::string& name : names) {
    Status removed = folder->remove_file(name);
    // Whoever moved a file out of the folder meanwhile has it.
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
  }
  return folder->sync();
}

}  // namespace

bool is_worth_another_attempt(ErrorCode code) {
  return code == ErrorCode::kEngineCrashed || code == ErrorCode::kEngineHung;
}

Status end_job(history::HistoryStore& store, const OutputRules& rules, const Job& job,
               const Status& outcome) {
  if (outcome) return store.complete_job(job.id, job.token);
  if (outcome.error().code == ErrorCode::kCancelled) return cancel(store, rules, job);
  return store.fail_job(job.id, final_error(job, outcome.error()), job.token);
}

}  // namespace dgx::jobs
