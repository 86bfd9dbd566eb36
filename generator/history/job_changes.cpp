// SPDX-License-Identifier: Apache-2.0
#include "generator/history/job_changes.hpp"

#include <optional>
#include <string_view>

#include "generator/base/utc_time.hpp"
#include "generator/history/event_log.hpp"
#include "generator/history/job_turns.hpp"
#include "generator/history/search.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"

namespace dgx::history {
namespace {

using protocol::Job;
using protocol::JobStatus;
using sqlite::Database;

// A conditional UPDATE has found nothing to change: says why. `rule` ends the sentence.
Error refused(Database& database, const std::string& job_id, const std::string& rule) {
  auto found = database.statement("SELECT state FROM jobs WHERE id = ?1");
  if (!found) return found.error();
  found->bind(job_id);
  const Result<bool> row = found->step();
  if (!row) return row.error();
  if (!*row) return {ErrorCode::kNotFound, "there is no job " + job_id};
  return {ErrorCode::kConflict, "job " + job_id + " is " + found->text(0) + ", and " + rule};
}

// Runs a conditional UPDATE of one row of jobs.
template <typename... Values>
Status change_job(Database& database, const std::string& job_id, const char* rule, const char* sql,
                  const Values&... values) {
  if (Status done = database.run(sql, job_id, values...); !done) return done;
  if (database.changes() == 1) return ok();
  return refused(database, job_id, rule);
}

// What a job completed before it failed is the musician's to keep.
Status fail_open_takes(Database& database, const std::string& job_id, const std::string& at,
                       const std::string& message) {
  return database.run(
      "UPDATE generations SET status = 'failed', completed_at = ?2, error_message = ?3 "
      "WHERE job_id = ?1 AND status <> 'completed'",
      job_id, at, message);
}

// Who cancels wants none of it: completed takes go as well, and their receipts with the files.
Status cancel_takes(Database& database, const std::string& job_id, const std::string& at) {
  return database.run(
      "UPDATE generations SET status = 'cancelled', completed_at = ?2, file_path = NULL, "
      "file_size_bytes = NULL, metadata = NULL WHERE job_id = ?1",
      job_id, at);
}

Status check_new(const Job& job) {
  if (job.id.empty()) return Error{ErrorCode::kInvalidArgument, "a job needs an id"};
  if (job.status != JobStatus::kPending) {
    return Error{ErrorCode::kInvalidArgument, "a new job is pending, and job " + job.id + " is " +
                                                  std::string(protocol::to_string(job.status))};
  }
  if (job.created_at.empty() || job.take_ids.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "job " + job.id + " needs a time of creation and at least one take"};
  }
  return ok();
}

Status add_take(Database& database, const Job& job, std::size_t position) {
  const auto& request = job.request;
  const Status added = database.run(
      "INSERT INTO generations (id, job_id, position, prompt, model_name, duration_seconds, "
      "sample_rate, channels, status, created_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 'pending', ?8)",
      job.take_ids[position], job.id, position, request.prompt, request.model.value_or(""),
      request.duration.value_or(0.0), request.sample_rate, job.created_at);
  if (!added) return added;
  return index_prompt(database, database.last_row(), request.prompt);
}

Status count_prompt(Database& database, const Job& job) {
  return database.run(
      "INSERT INTO prompts (text, used_count, first_used_at, last_used_at) VALUES (?1, 1, ?2, ?2) "
      "ON CONFLICT (text) DO UPDATE SET used_count = used_count + 1, "
      "first_used_at = min(first_used_at, excluded.first_used_at), "
      "last_used_at = max(last_used_at, excluded.last_used_at)",
      job.request.prompt, job.created_at);
}

Status add_new_job(Database& database, const Job& job, const std::optional<std::string>& asked) {
  if (Status fine = check_new(job); !fine) return fine;
  const Status added = database.run(
      "INSERT INTO jobs (id, request, state, created_at, priority, idempotency_key, asked, "
      "embed_receipt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      job.id, protocol::encode(job.request), protocol::to_string(job.status), job.created_at,
      job.request.priority.value_or("normal"), job.request.idempotency_key, asked,
      job.embed_receipt);
  if (!added) return added;
  for (std::size_t position = 0; position < job.take_ids.size(); ++position) {
    if (Status done = add_take(database, job, position); !done) return done;
  }
  if (Status done = count_prompt(database, job); !done) return done;
  return add_event(database, job.id, "added", job.created_at);
}

}  // namespace

Status add_job(Database& database, const Job& job) {
  return add_new_job(database, job, std::nullopt);
}

Result<std::vector<Job>> add_jobs(Database& database, const std::vector<NewJob>& jobs,
                                  std::int64_t most_pending) {
  std::vector<Job> accepted;
  for (const NewJob& added : jobs) {
    const auto& key = added.job.request.idempotency_key;
    if (key) {
      auto known = find_by_key(database, *key, added.asked);
      if (!known) return std::move(known).error();
      if (*known) {
        accepted.push_back(**std::move(known));
        continue;
      }
    }
    const auto asked = key ? std::optional(added.asked) : std::nullopt;
    if (Status done = add_new_job(database, added.job, asked); !done) return done.error();
    accepted.push_back(added.job);
  }
  const auto pending = database.number("SELECT count(*) FROM jobs WHERE state = 'pending'");
  if (!pending) return pending.error();
  if (*pending <= most_pending) return accepted;
  return Error{ErrorCode::kUnavailable, "the queue holds at most " + std::to_string(most_pending) +
                                            " jobs that wait; ask again when some are done"};
}

Status begin_job(Database& database, const std::string& job_id) {
  const std::string now = now_rfc3339();
  const Status changed = change_job(
      database, job_id, "only a pending job can begin",
      "UPDATE jobs SET state = 'processing', attempt = attempt + 1, token = token + 1, "
      "started_at = ?2, boot_id = NULL, lease_until_ms = NULL WHERE id = ?1 AND state = 'pending'",
      now);
  if (!changed) return changed;
  const Status takes = database.run(
      "UPDATE generations SET status = 'processing' WHERE job_id = ?1 AND status = 'pending'",
      job_id);
  if (!takes) return takes;
  return add_event(database, job_id, "begun", now);
}

Status complete_take(Database& database, const CompletedTake& take) {
  auto owner = database.statement("SELECT job_id, status FROM generations WHERE id = ?1");
  if (!owner) return owner.error();
  owner->bind(take.take_id);
  const Result<bool> row = owner->step();
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::kNotFound, "there is no take " + take.take_id};
  const std::string job_id = owner->text(0);
  const std::string now = now_rfc3339();
  const Status changed = database.run(
      "UPDATE generations SET status = 'completed', completed_at = ?2, model_name = ?3, "
      "model_version = ?4, duration_seconds = ?5, sample_rate = ?6, channels = ?7, "
      "file_path = ?8, file_size_bytes = ?9, generation_time_seconds = ?10, metadata = ?11 "
      "WHERE id = ?1 AND status = 'processing' "
      "AND job_id IN (SELECT id FROM jobs WHERE state = 'processing' "
      "AND (?12 IS NULL OR token = ?12))",
      take.take_id, now, take.model_name, take.model_version, take.duration_seconds,
      take.sample_rate, take.channels, take.file_path, take.file_size_bytes,
      take.generation_time_seconds, take.receipt_json, take.token);
  if (!changed) return changed;
  if (database.changes() == 0) {
    return Error{ErrorCode::kConflict, "take " + take.take_id + " is " + owner->text(1) +
                                           ", and only a processing take can be completed"};
  }
  return add_event(database, job_id, "take_completed", now, take.take_id);
}

Status complete_job(Database& database, const std::string& job_id,
                    std::optional<std::int64_t> token) {
  const std::string now = now_rfc3339();
  const Status changed = change_job(
      database, job_id, "only a processing job whose takes are all completed can be completed",
      "UPDATE jobs SET state = 'completed', completed_at = ?2 "
      "WHERE id = ?1 AND state = 'processing' AND (?3 IS NULL OR token = ?3) "
      "AND NOT EXISTS (SELECT 1 FROM generations WHERE job_id = ?1 AND status <> 'completed')",
      now, token);
  if (!changed) return changed;
  return add_event(database, job_id, "completed", now);
}

Status fail_job(Database& database, const std::string& job_id, const Error& error,
                std::optional<std::int64_t> token) {
  const std::string now = now_rfc3339();
  const Status changed =
      change_job(database, job_id, "only a pending or processing job can fail",
                 "UPDATE jobs SET state = 'failed', completed_at = ?2, error_code = ?3, "
                 "error_message = ?4, error_field = ?5 "
                 "WHERE id = ?1 AND state IN ('pending', 'processing') "
                 "AND (?6 IS NULL OR token = ?6)",
                 now, protocol::to_string(error.code), error.message, error.field, token);
  if (!changed) return changed;
  const Status takes = fail_open_takes(database, job_id, now, error.message);
  if (!takes) return takes;
  return add_event(database, job_id, "failed", now);
}

Status cancel_job(Database& database, const std::string& job_id,
                  std::optional<std::int64_t> token) {
  const std::string now = now_rfc3339();
  const Status changed =
      change_job(database, job_id, "only a pending or processing job can be cancelled",
                 "UPDATE jobs SET state = 'cancelled', completed_at = ?2 "
                 "WHERE id = ?1 AND state IN ('pending', 'processing') "
                 "AND (?3 IS NULL OR token = ?3)",
                 now, token);
  if (!changed) return changed;
  const Status takes = cancel_takes(database, job_id, now);
  if (!takes) return takes;
  return add_event(database, job_id, "cancelled", now);
}

Status requeue_job(Database& database, const std::string& job_id, const Requeue& how) {
  const auto& until = how.not_before;
  const Status changed = change_job(
      database, job_id, "only a processing job can go back into the queue",
      "UPDATE jobs SET state = 'pending', attempt = attempt - ?3, lease_until_ms = NULL, "
      "boot_id = ?4, not_before_ms = ?5 "
      "WHERE id = ?1 AND state = 'processing' AND (?2 IS NULL OR token = ?2)",
      how.token, how.attempt_counts ? 0 : 1, until ? std::optional(until->boot_id) : std::nullopt,
      until ? std::optional(until->ms) : std::nullopt);
  if (!changed) return changed;
  const Status takes = database.run(
      "UPDATE generations SET status = 'pending' WHERE job_id = ?1 AND status = 'processing'",
      job_id);
  if (!takes) return takes;
  return add_event(database, job_id, "requeued", now_rfc3339());
}

}  // namespace dgx::history
