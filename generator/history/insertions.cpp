// SPDX-License-Identifier: Apache-2.0
#include "generator/history/insertions.hpp"

#include <utility>

#include "generator/base/utc_time.hpp"
#include "generator/base/utf8.hpp"
#include "generator/history/event_log.hpp"

namespace dgx::history {
namespace {

using protocol::InsertionStatus;
using protocol::InsertionView;
using sqlite::Database;
using sqlite::Statement;

std::string insertion_query(std::string_view where) {
  std::string sql =
      "SELECT id, take_id, session, track, place, state, created_at, ended_at, message, region, "
      "placed_track, sample, length FROM insertions ";
  return sql.append(where);
}

std::optional<std::string> text_or_nothing(const Statement& row, int column) {
  std::string text = row.text(column);
  if (text.empty()) return std::nullopt;
  return text;
}

Result<InsertionView> insertion_in(const Database& database, const Statement& row) {
  InsertionView view;
  view.insertion_id = row.text(0);
  view.take_id = row.text(1);
  view.session = row.text(2);
  view.track = row.text(3);
  view.at = row.text(4);
  const auto status = protocol::parse_insertion_status(row.text(5));
  if (!status) {
    return sqlite::damaged(database.file(),
                           "insertion " + view.insertion_id + " has no known state");
  }
  view.status = *status;
  view.created_at = row.text(6);
  view.ended_at = text_or_nothing(row, 7);
  view.message = text_or_nothing(row, 8);
  view.region = text_or_nothing(row, 9);
  view.placed_track = text_or_nothing(row, 10);
  if (*status != InsertionStatus::kDone) return view;
  view.sample = row.integer(11);
  view.length = row.integer(12);
  return view;
}

Status add_event_of(Database& database, const InsertionView& view, const std::string& at) {
  return add_insertion_event(database, view.insertion_id, view.take_id,
                             "insertion_" + std::string(to_string(view.status)), at);
}

// The key belongs to what it was first sent with, and is no part of that.
std::string asked_text(protocol::InsertionRequest request) {
  request.idempotency_key.reset();
  return encode(request);
}

}  // namespace

Result<InsertionView> find_insertion(Database& database, const std::string& id) {
  auto row = database.statement(insertion_query("WHERE id = ?1"));
  if (!row) return row.error();
  row->bind(id);
  const Result<bool> found = row->step();
  if (!found) return found.error();
  if (*found) return insertion_in(database, *row);
  return Error{ErrorCode::kNotFound, "there is no insertion \"" + escaped_for_terminal(id) + "\""};
}

Result<std::optional<InsertionView>> find_insertion_by_key(
    Database& database, const protocol::InsertionRequest& request) {
  if (!request.idempotency_key) return std::optional<InsertionView>{};
  std::string id;
  {
    auto row = database.statement("SELECT id, asked FROM insertions WHERE idempotency_key = ?1");
    if (!row) return row.error();
    row->bind(*request.idempotency_key);
    const Result<bool> found = row->step();
    if (!found) return found.error();
    if (!*found) return std::optional<InsertionView>{};
    id = row->text(0);
    if (row->text(1) != asked_text(request)) {
      return Error{ErrorCode::kConflict,
                   "idempotency_key " + escaped_for_terminal(*request.idempotency_key) +
                       " belongs to insertion " + id + ", which was asked for otherwise",
                   "idempotency_key"};
    }
  }
  auto view = find_insertion(database, id);
  if (!view) return std::move(view).error();
  return std::optional<InsertionView>(*std::move(view));
}

Result<InsertionView> add_insertion(Database& database, const NewInsertion& insertion) {
  auto known = find_insertion_by_key(database, insertion.request);
  if (!known) return std::move(known).error();
  if (*known) return **std::move(known);
  const auto& request = insertion.request;
  const auto asked = request.idempotency_key ? std::optional(asked_text(request)) : std::nullopt;
  const std::string now = now_rfc3339();
  const Status added = database.run(
      "INSERT INTO insertions (id, take_id, session, track, place, state, created_at, "
      "idempotency_key, asked) VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?8)",
      insertion.id, insertion.take_id, insertion.session, request.track, request.at, now,
      request.idempotency_key, asked);
  if (!added) return added.error();
  auto view = find_insertion(database, insertion.id);
  if (!view) return view;
  if (Status told = add_event_of(database, *view, now); !told) return told.error();
  return view;
}

Result<std::vector<InsertionView>> open_insertions(Database& database) {
  auto rows =
      database.statement(insertion_query("WHERE state IN ('waiting', 'claimed') ORDER BY number"));
  if (!rows) return rows.error();
  std::vector<InsertionView> open;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return open;
    auto view = insertion_in(database, *rows);
    if (!view) return std::move(view).error();
    open.push_back(*std::move(view));
  }
}

Status set_insertion_claimed(Database& database, const std::string& id, bool claimed) {
  const Status done =
      database.run("UPDATE insertions SET state = ?2 WHERE id = ?1 AND state = ?3", id,
                   claimed ? "claimed" : "waiting", claimed ? "waiting" : "claimed");
  if (!done || database.changes() == 0) return done;
  const auto view = find_insertion(database, id);
  if (!view) return view.error();
  return add_event_of(database, *view, now_rfc3339());
}

Status end_insertion(Database& database, const std::string& id, InsertionStatus status,
                     const protocol::InsertionOutcome& outcome) {
  const std::string now = now_rfc3339();
  const Status done = database.run(
      "UPDATE insertions SET state = ?2, ended_at = ?3, message = ?4, region = ?5, "
      "placed_track = ?6, sample = ?7, length = ?8 "
      "WHERE id = ?1 AND state IN ('waiting', 'claimed')",
      id, to_string(status), now, outcome.message, outcome.region, outcome.track, outcome.sample,
      outcome.length);
  if (!done) return done;
  const bool changed = database.changes() > 0;
  const auto view = find_insertion(database, id);
  if (!view) return view.error();
  if (changed) return add_event_of(database, *view, now);
  return Error{ErrorCode::kConflict,
               "insertion " + id + " is " + std::string(to_string(view->status)) + " already"};
}

}  // namespace dgx::history
