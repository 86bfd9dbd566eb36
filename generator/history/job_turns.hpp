// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

// Jobs as they are found, and the turns they take. What the functions promise is written at
// HistoryStore; those that change something expect an open write transaction.
namespace dgx::history {

Result<protocol::Job> find_job(sqlite::Database& database, const std::string& job_id);
Result<std::optional<protocol::Job>> find_by_key(sqlite::Database& database, const std::string& key,
                                                 const std::string& asked);
Result<std::vector<protocol::Job>> jobs_in(sqlite::Database& database, protocol::JobStatus status);
Result<std::vector<protocol::Job>> read_queue(sqlite::Database& database,
                                              std::optional<protocol::JobStatus> status, int limit);
Result<JobCounts> count_jobs(sqlite::Database& database);

Result<std::optional<protocol::Job>> claim_next_job(sqlite::Database& database, const BootTime& now,
                                                    std::int64_t lease_ms,
                                                    const std::vector<std::string>& held_models);
Result<std::optional<std::int64_t>> next_due_ms(sqlite::Database& database, const BootTime& now);
Status renew_lease(sqlite::Database& database, const std::string& job_id, std::int64_t token,
                   const BootTime& now, std::int64_t lease_ms);
Result<std::vector<protocol::Job>> abandoned_jobs(sqlite::Database& database, const BootTime& now);

}  // namespace dgx::history
