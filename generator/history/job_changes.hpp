// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

// The states of a job, as SQL. Each function expects an open write transaction and leaves it to
// the caller to commit; what they promise is written at HistoryStore.
namespace dgx::history {

Status add_job(sqlite::Database& database, const protocol::Job& job);
Result<std::vector<protocol::Job>> add_jobs(sqlite::Database& database,
                                            const std::vector<NewJob>& jobs,
                                            std::int64_t most_pending);
Status begin_job(sqlite::Database& database, const std::string& job_id);
Status complete_take(sqlite::Database& database, const CompletedTake& take);
Status complete_job(sqlite::Database& database, const std::string& job_id,
                    std::optional<std::int64_t> token);
Status fail_job(sqlite::Database& database, const std::string& job_id, const Error& error,
                std::optional<std::int64_t> token);
Status cancel_job(sqlite::Database& database, const std::string& job_id,
                  std::optional<std::int64_t> token);
Status requeue_job(sqlite::Database& database, const std::string& job_id, const Requeue& how);

}  // namespace dgx::history
