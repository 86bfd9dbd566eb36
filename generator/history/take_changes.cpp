// SPDX-License-Identifier: Apache-2.0
#include "generator/history/take_changes.hpp"

#include "generator/base/utc_time.hpp"
#include "generator/history/search.hpp"
#include "generator/history/take_queries.hpp"

namespace dgx::history {
namespace {

using protocol::JobStatus;
using protocol::Take;
using sqlite::Database;

Result<std::int64_t> number_of(Database& database, const Take& take) {
  return database.number("SELECT number FROM generations WHERE id = ?1", take.id);
}

}  // namespace

Status change_take(Database& database, const std::string& take_id,
                   const protocol::TakePatch& patch) {
  const Result<Take> take = find_take(database, take_id);
  if (!take) return take.error();
  if (patch.favourite) {
    const Status done = database.run("UPDATE generations SET favourite = ?2 WHERE id = ?1",
                                     take->id, *patch.favourite);
    if (!done) return done;
  }
  if (!patch.name) return ok();
  const auto name = patch.name->empty() ? std::nullopt : patch.name;
  return database.run("UPDATE generations SET name = ?2 WHERE id = ?1", take->id, name);
}

// The search index has no row for what lies in the trash, so that a page is never counted wrongly.
Status trash_take(Database& database, const std::string& take_id) {
  const Result<Take> take = find_take(database, take_id);
  if (!take) return take.error();
  if (take->trashed_at) return ok();
  if (take->status == JobStatus::kPending || take->status == JobStatus::kProcessing) {
    return Error{ErrorCode::kConflict, "take " + take->id + " is " +
                                           std::string(to_string(take->status)) +
                                           "; cancel its job first"};
  }
  const Result<std::int64_t> number = number_of(database, *take);
  if (!number) return number.error();
  const Status done =
      database.run("UPDATE generations SET trashed_at = ?2 WHERE id = ?1", take->id, now_rfc3339());
  if (!done) return done;
  return unindex_prompt(database, *number, take->prompt);
}

Status restore_take(Database& database, const std::string& take_id) {
  const Result<Take> take = find_take(database, take_id);
  if (!take) return take.error();
  if (!take->trashed_at) return ok();
  const Result<std::int64_t> number = number_of(database, *take);
  if (!number) return number.error();
  const Status done =
      database.run("UPDATE generations SET trashed_at = NULL WHERE id = ?1", take->id);
  if (!done) return done;
  return index_prompt(database, *number, take->prompt);
}

}  // namespace dgx::history
