// SPDX-License-Identifier: Apache-2.0
#include "generator/history/history_store.hpp"

#include <utility>

#include "generator/history/disk_use.hpp"
#include "generator/history/event_log.hpp"
#include "generator/history/insertions.hpp"
#include "generator/history/job_changes.hpp"
#include "generator/history/job_turns.hpp"
#include "generator/history/opening.hpp"
#include "generator/history/sqlite.hpp"
#include "generator/history/take_changes.hpp"
#include "generator/history/take_queries.hpp"
#include "generator/history/timings.hpp"
#include "generator/history/whole_history.hpp"

namespace dgx::history {
namespace {

using sqlite::Database;
using sqlite::Transaction;

// Runs `work` in one transaction and commits it if that succeeded.
template <typename Work>
auto in_transaction(Database& database, Transaction::Kind kind, Work&& work)
    -> decltype(work(database)) {
  auto transaction = Transaction::begin(database, kind);
  if (!transaction) return transaction.error();
  auto result = work(database);
  if (!result) return result;
  if (Status done = transaction->commit(); !done) return done.error();
  return result;
}

template <typename Work>
auto reading(Database& database, Work&& work) {
  return in_transaction(database, Transaction::Kind::kRead, std::forward<Work>(work));
}

template <typename Work>
auto changing(Database& database, Work&& work) {
  return in_transaction(database, Transaction::Kind::kWrite, std::forward<Work>(work));
}

Status expect_no_row(Database& database, std::string_view sql, std::string_view finding) {
  auto rows = database.statement(sql);
  if (!rows) return rows.error();
  const Result<bool> row = rows->step();
  if (!row) return row.error();
  if (!*row) return ok();
  return sqlite::damaged(database.file(), std::string(finding) + rows->text(0));
}

}  // namespace

struct HistoryStore::Impl {
  Database database;
  OpenMode mode;
  std::chrono::milliseconds busy_timeout;
};

HistoryStore::HistoryStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryStore::HistoryStore(HistoryStore&&) noexcept = default;
HistoryStore& HistoryStore::operator=(HistoryStore&&) noexcept = default;
HistoryStore::~HistoryStore() = default;

Result<HistoryStore> HistoryStore::open(const std::filesystem::path& file, OpenMode mode,
                                        const OpenOptions& options) {
  Result<Database> database = open_database(file, mode, options.busy_timeout);
  if (!database) return database.error();
  return HistoryStore(
      std::make_unique<Impl>(Impl{*std::move(database), mode, options.busy_timeout}));
}

Status HistoryStore::add_job(const protocol::Job& job) {
  return changing(impl_->database, [&](Database& db) { return history::add_job(db, job); });
}

Result<std::vector<protocol::Job>> HistoryStore::add_jobs(const std::vector<NewJob>& jobs,
                                                          std::int64_t most_pending) {
  return changing(impl_->database,
                  [&](Database& db) { return history::add_jobs(db, jobs, most_pending); });
}

Result<std::optional<protocol::Job>> HistoryStore::find_by_key(const std::string& key,
                                                               const std::string& asked) {
  return reading(impl_->database,
                 [&](Database& db) { return history::find_by_key(db, key, asked); });
}

Result<protocol::Job> HistoryStore::find_job(const std::string& job_id) {
  return reading(impl_->database, [&](Database& db) { return history::find_job(db, job_id); });
}

Result<std::vector<protocol::Job>> HistoryStore::jobs_in(protocol::JobStatus status) {
  return reading(impl_->database, [&](Database& db) { return history::jobs_in(db, status); });
}

Status HistoryStore::begin_job(const std::string& job_id) {
  return changing(impl_->database, [&](Database& db) { return history::begin_job(db, job_id); });
}

Status HistoryStore::complete_take(const CompletedTake& take) {
  return changing(impl_->database, [&](Database& db) { return history::complete_take(db, take); });
}

Result<std::optional<protocol::Job>> HistoryStore::claim_next_job(
    const BootTime& now, std::int64_t lease_ms, const std::vector<std::string>& held_models) {
  return changing(impl_->database, [&](Database& db) {
    return history::claim_next_job(db, now, lease_ms, held_models);
  });
}

Result<std::optional<std::int64_t>> HistoryStore::next_due_ms(const BootTime& now) {
  return reading(impl_->database, [&](Database& db) { return history::next_due_ms(db, now); });
}

Status HistoryStore::renew_lease(const std::string& job_id, std::int64_t token, const BootTime& now,
                                 std::int64_t lease_ms) {
  return changing(impl_->database, [&](Database& db) {
    return history::renew_lease(db, job_id, token, now, lease_ms);
  });
}

Result<std::vector<protocol::Job>> HistoryStore::abandoned_jobs(const BootTime& now) {
  return reading(impl_->database, [&](Database& db) { return history::abandoned_jobs(db, now); });
}

Status HistoryStore::complete_job(const std::string& job_id, std::optional<std::int64_t> token) {
  return changing(impl_->database,
                  [&](Database& db) { return history::complete_job(db, job_id, token); });
}

Status HistoryStore::fail_job(const std::string& job_id, const Error& error,
                              std::optional<std::int64_t> token) {
  return changing(impl_->database,
                  [&](Database& db) { return history::fail_job(db, job_id, error, token); });
}

Status HistoryStore::cancel_job(const std::string& job_id, std::optional<std::int64_t> token) {
  return changing(impl_->database,
                  [&](Database& db) { return history::cancel_job(db, job_id, token); });
}

Status HistoryStore::requeue_job(const std::string& job_id, const Requeue& how) {
  return changing(impl_->database,
                  [&](Database& db) { return history::requeue_job(db, job_id, how); });
}

Result<std::vector<protocol::Job>> HistoryStore::queue(std::optional<protocol::JobStatus> status,
                                                       int limit) {
  return reading(impl_->database,
                 [&](Database& db) { return history::read_queue(db, status, limit); });
}

Result<JobCounts> HistoryStore::count_jobs() {
  return reading(impl_->database, [&](Database& db) { return history::count_jobs(db); });
}

Result<std::vector<protocol::EventMessage>> HistoryStore::events_after(std::int64_t sequence,
                                                                       const std::string& job_id,
                                                                       int limit) {
  return reading(impl_->database,
                 [&](Database& db) { return read_events(db, sequence, job_id, limit); });
}

Result<std::pair<std::int64_t, std::int64_t>> HistoryStore::event_range() {
  return reading(impl_->database, [&](Database& db) { return read_event_range(db); });
}

Status HistoryStore::record_timings(const std::string& model,
                                    const std::vector<PhaseTiming>& timings) {
  return changing(impl_->database,
                  [&](Database& db) { return history::record_timings(db, model, timings); });
}

Result<std::vector<PhaseTiming>> HistoryStore::timings(const std::string& model) {
  return reading(impl_->database, [&](Database& db) { return read_timings(db, model); });
}

Result<HistoryPage> HistoryStore::page(const HistoryQuery& query) {
  return reading(impl_->database, [&](Database& db) { return read_page(db, query); });
}

Result<protocol::Take> HistoryStore::find_take(const std::string& take_id) {
  return reading(impl_->database, [&](Database& db) { return history::find_take(db, take_id); });
}

Result<std::vector<protocol::Take>> HistoryStore::takes_with_file(const std::string& name) {
  return reading(impl_->database, [&](Database& db) { return history::takes_with_file(db, name); });
}

Status HistoryStore::set_favourite(const std::string& take_id, bool favourite) {
  return change_take(take_id, {.favourite = favourite});
}

Status HistoryStore::change_take(const std::string& take_id, const protocol::TakePatch& patch) {
  return changing(impl_->database,
                  [&](Database& db) { return history::change_take(db, take_id, patch); });
}

Status HistoryStore::trash_take(const std::string& take_id) {
  return changing(impl_->database, [&](Database& db) { return history::trash_take(db, take_id); });
}

Status HistoryStore::restore_take(const std::string& take_id) {
  return changing(impl_->database,
                  [&](Database& db) { return history::restore_take(db, take_id); });
}

Result<protocol::DiskUse> HistoryStore::disk_use(const std::vector<std::string>& keep) {
  return reading(impl_->database, [&](Database& db) { return history::disk_use(db, keep); });
}

Result<std::vector<std::string>> HistoryStore::rejects(const std::vector<std::string>& keep,
                                                       int limit) {
  return reading(impl_->database, [&](Database& db) { return history::rejects(db, keep, limit); });
}

Result<std::vector<PromptStatistics>> HistoryStore::most_used_prompts(int limit) {
  if (limit < 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "limit must be 1 or more, got " + std::to_string(limit), "limit"};
  }
  auto rows = impl_->database.statement(
      "SELECT text, used_count, first_used_at, last_used_at FROM prompts "
      "ORDER BY used_count DESC, last_used_at DESC LIMIT ?1");
  if (!rows) return rows.error();
  rows->bind(limit);
  std::vector<PromptStatistics> prompts;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return prompts;
    prompts.push_back({rows->text(0), rows->integer(1), rows->text(2), rows->text(3)});
  }
}

Result<protocol::InsertionView> HistoryStore::add_insertion(const NewInsertion& insertion) {
  return changing(impl_->database,
                  [&](Database& db) { return history::add_insertion(db, insertion); });
}

Result<protocol::InsertionView> HistoryStore::find_insertion(const std::string& id) {
  return reading(impl_->database, [&](Database& db) { return history::find_insertion(db, id); });
}

Result<std::optional<protocol::InsertionView>> HistoryStore::find_insertion_by_key(
    const protocol::InsertionRequest& request) {
  return reading(impl_->database,
                 [&](Database& db) { return history::find_insertion_by_key(db, request); });
}

Result<std::vector<protocol::InsertionView>> HistoryStore::open_insertions() {
  return reading(impl_->database, [&](Database& db) { return history::open_insertions(db); });
}

Status HistoryStore::set_insertion_claimed(const std::string& id, bool claimed) {
  return changing(impl_->database,
                  [&](Database& db) { return history::set_insertion_claimed(db, id, claimed); });
}

Status HistoryStore::end_insertion(const std::string& id, protocol::InsertionStatus status,
                                   const protocol::InsertionOutcome& outcome) {
  return changing(impl_->database,
                  [&](Database& db) { return history::end_insertion(db, id, status, outcome); });
}

Status HistoryStore::copy_to(const std::filesystem::path& file) {
  return copy_database(impl_->database, file, impl_->busy_timeout);
}

Status HistoryStore::visit_published_takes(
    const std::function<Status(const protocol::Take&)>& visit) {
  return reading(impl_->database,
                 [&](Database& db) { return history::visit_published_takes(db, visit); });
}

Status HistoryStore::move_takes(const std::vector<MovedTake>& takes) {
  return changing(impl_->database, [&](Database& db) { return history::move_takes(db, takes); });
}

Status HistoryStore::check_integrity() {
  Database& database = impl_->database;
  const Status pages = expect_no_row(
      database,
      "SELECT integrity_check FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'", "");
  if (!pages) return pages;
  const Status references =
      expect_no_row(database, "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1",
                    "a missing reference in ");
  if (!references) return references;
  // FTS5 takes the order for a change, so that only a writer can give it.
  if (impl_->mode == OpenMode::kReadOnly) return ok();
  return database.run("INSERT INTO generations_fts (generations_fts) VALUES ('integrity-check')");
}

}  // namespace dgx::history
