// SPDX-License-Identifier: Apache-2.0
#include "generator/history/job_turns.hpp"

#include <string_view>
#include <utility>

#include "generator/history/job_changes.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"

namespace dgx::history {
namespace {

using protocol::Job;
using protocol::JobStatus;
using sqlite::Database;
using sqlite::Statement;

constexpr std::string_view kSelectJobs =
    "SELECT id, state, request, attempt, created_at, completed_at, error_code, error_message, "
    "error_field, token, embed_receipt FROM jobs ";

std::optional<Error> error_in(const Statement& row) {
  const std::string name = row.text(6);
  if (name.empty()) return std::nullopt;
  const auto code = protocol::parse_error_code(name);
  return Error{code.value_or(ErrorCode::kInternal), row.text(7), row.text(8)};
}

Result<Job> job_in(const Database& database, const Statement& row) {
  Job job;
  job.id = row.text(0);
  const auto status = protocol::parse_job_status(row.text(1));
  if (!status) return sqlite::damaged(database.file(), "job " + job.id + " has no known state");
  auto request = protocol::decode_request(row.text(2));
  if (!request) {
    return sqlite::damaged(database.file(),
                           "the request of job " + job.id + ": " + request.error().message);
  }
  job.status = *status;
  job.request = *std::move(request);
  job.attempt = static_cast<int>(row.integer(3));
  job.created_at = row.text(4);
  job.completed_at = row.text(5);
  job.error = error_in(row);
  job.token = row.integer(9);
  job.embed_receipt = row.integer(10) != 0;
  return job;
}

Status read_take_ids(Database& database, Job& job) {
  auto rows = database.statement("SELECT id FROM generations WHERE job_id = ?1 ORDER BY position");
  if (!rows) return rows.error();
  rows->bind(job.id);
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return ok();
    job.take_ids.push_back(rows->text(0));
  }
}

template <typename... Values>
Result<std::vector<Job>> read_jobs(Database& database, std::string_view where,
                                   const Values&... values) {
  std::string sql(kSelectJobs);
  sql += where;
  auto rows = database.statement(sql);
  if (!rows) return rows.error();
  rows->bind(values...);
  std::vector<Job> jobs;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return jobs;
    Result<Job> job = job_in(database, *rows);
    if (!job) return job.error();
    if (Status done = read_take_ids(database, *job); !done) return done.error();
    jobs.push_back(*std::move(job));
  }
}

// A job accepted as number n takes its turn as if it had been accepted so much earlier.
std::string by_turn() {
  const std::string head = std::to_string(kOvertakesPerLevel);
  return "ORDER BY number - CASE priority WHEN 'high' THEN 2 * " + head + " WHEN 'normal' THEN " +
         head + " ELSE 0 END, number";
}

// The time that a job waits for another attempt is of this boot, or it means nothing.
constexpr std::string_view kIsDue =
    "state = 'pending' AND (not_before_ms IS NULL OR boot_id IS NOT ?1 OR not_before_ms <= ?2) ";
constexpr std::string_view kIsNotHeld =
    "AND (?3 = '' OR instr(?3, char(10) || coalesce(json_extract(request, '$.model'), '') || "
    "char(10)) = 0) ";

}  // namespace

Result<Job> find_job(Database& database, const std::string& job_id) {
  Result<std::vector<Job>> jobs = read_jobs(database, "WHERE id = ?1", job_id);
  if (!jobs) return jobs.error();
  if (jobs->empty()) return Error{ErrorCode::kNotFound, "there is no job " + job_id};
  return std::move(jobs->front());
}

Result<std::optional<Job>> find_by_key(Database& database, const std::string& key,
                                       const std::string& asked) {
  auto found = database.statement("SELECT id, asked FROM jobs WHERE idempotency_key = ?1");
  if (!found) return found.error();
  found->bind(key);
  const Result<bool> row = found->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Job>{};
  if (found->text(1) != asked) {
    return Error{ErrorCode::kConflict,
                 "idempotency_key " + key + " belongs to job " + found->text(0) +
                     ", which was asked for otherwise",
                 "idempotency_key"};
  }
  Result<Job> job = find_job(database, found->text(0));
  if (!job) return job.error();
  return std::optional<Job>(*std::move(job));
}

Result<std::vector<Job>> jobs_in(Database& database, JobStatus status) {
  return read_jobs(database, "WHERE state = ?1 ORDER BY number", protocol::to_string(status));
}

Result<std::vector<Job>> read_queue(Database& database, std::optional<JobStatus> status,
                                    int limit) {
  const bool ended = status && *status != JobStatus::kPending && *status != JobStatus::kProcessing;
  if (ended) {
    return read_jobs(database, "WHERE state = ?1 ORDER BY number DESC LIMIT ?2",
                     protocol::to_string(*status), limit);
  }
  std::vector<Job> jobs;
  for (const JobStatus each : {JobStatus::kProcessing, JobStatus::kPending}) {
    if (status && *status != each) continue;
    auto some = read_jobs(database, "WHERE state = ?1 " + by_turn() + " LIMIT ?2",
                          protocol::to_string(each), limit - static_cast<int>(jobs.size()));
    if (!some) return some;
    for (Job& job : *some) jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<JobCounts> count_jobs(Database& database) {
  JobCounts counts;
  auto rows = database.statement("SELECT state, count(*) FROM jobs GROUP BY state");
  if (!rows) return rows.error();
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return counts;
    const std::string state = rows->text(0);
    const std::int64_t count = rows->integer(1);
    if (state == "pending") counts.pending = count;
    if (state == "processing") counts.processing = count;
    if (state == "completed") counts.completed = count;
    if (state == "failed") counts.failed = count;
    if (state == "cancelled") counts.cancelled = count;
  }
}

Result<std::optional<Job>> claim_next_job(Database& database, const BootTime& now,
                                          std::int64_t lease_ms,
                                          const std::vector<std::string>& held_models) {
  std::string held;  // One a line, with one more at the beginning; no name has an end of line.
  for (const std::string& model : held_models) held += (held.empty() ? "\n" : "") + model + "\n";
  auto due = read_jobs(
      database, "WHERE " + std::string(kIsDue) + std::string(kIsNotHeld) + by_turn() + " LIMIT 1",
      now.boot_id, now.ms, held);
  if (!due) return due.error();
  if (due->empty()) return std::optional<Job>{};
  const std::string id = due->front().id;
  if (Status begun = begin_job(database, id); !begun) return begun.error();
  const Status leased = database.run(
      "UPDATE jobs SET boot_id = ?2, lease_until_ms = ?3, not_before_ms = NULL WHERE id = ?1", id,
      now.boot_id, now.ms + lease_ms);
  if (!leased) return leased.error();
  Result<Job> job = find_job(database, id);
  if (!job) return job.error();
  return std::optional<Job>(*std::move(job));
}

Result<std::optional<std::int64_t>> next_due_ms(Database& database, const BootTime& now) {
  const auto due = database.number(
      "SELECT coalesce(min(not_before_ms), -1) FROM jobs "
      "WHERE state = 'pending' AND boot_id = ?1 AND not_before_ms > ?2",
      now.boot_id, now.ms);
  if (!due) return due.error();
  return *due < 0 ? std::optional<std::int64_t>{} : std::optional<std::int64_t>{*due};
}

Status renew_lease(Database& database, const std::string& job_id, std::int64_t token,
                   const BootTime& now, std::int64_t lease_ms) {
  const Status renewed = database.run(
      "UPDATE jobs SET boot_id = ?3, lease_until_ms = ?4 "
      "WHERE id = ?1 AND state = 'processing' AND token = ?2",
      job_id, token, now.boot_id, now.ms + lease_ms);
  if (!renewed || database.changes() == 1) return renewed;
  return Error{ErrorCode::kConflict,
               "job " + job_id + " is no longer worked on by attempt " + std::to_string(token)};
}

Result<std::vector<Job>> abandoned_jobs(Database& database, const BootTime& now) {
  return read_jobs(database,
                   "WHERE state = 'processing' AND (lease_until_ms IS NULL OR boot_id IS NOT ?1 "
                   "OR lease_until_ms <= ?2) ORDER BY number",
                   now.boot_id, now.ms);
}

}  // namespace dgx::history
