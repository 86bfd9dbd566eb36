// SPDX-License-Identifier: Apache-2.0
#include "generator/history/event_log.hpp"

#include "generator/history/history_store.hpp"

namespace dgx::history {

using protocol::EventMessage;
using sqlite::Database;

namespace {

Status forget_oldest(Database& database) {
  return database.run("DELETE FROM events WHERE sequence <= ?1", database.last_row() - kEventsKept);
}

}  // namespace

Status add_event(Database& database, const std::string& job_id, const char* kind,
                 const std::string& at, const std::optional<std::string>& take_id) {
  const Status added =
      database.run("INSERT INTO events (job_id, take_id, kind, at) VALUES (?1, ?2, ?3, ?4)", job_id,
                   take_id, kind, at);
  return added ? forget_oldest(database) : added;
}

Status add_insertion_event(Database& database, const std::string& insertion_id,
                           const std::string& take_id, const std::string& kind,
                           const std::string& at) {
  const Status added =
      database.run("INSERT INTO events (insertion_id, take_id, kind, at) VALUES (?1, ?2, ?3, ?4)",
                   insertion_id, take_id, kind, at);
  return added ? forget_oldest(database) : added;
}

Result<std::vector<EventMessage>> read_events(Database& database, std::int64_t after,
                                              const std::string& job_id, int limit) {
  const bool one_job = !job_id.empty();
  auto rows = database.statement(
      one_job ? "SELECT sequence, job_id, take_id, kind, at, insertion_id FROM events "
                "WHERE sequence > ?1 AND job_id = ?3 ORDER BY sequence LIMIT ?2"
              : "SELECT sequence, job_id, take_id, kind, at, insertion_id FROM events "
                "WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
  if (!rows) return rows.error();
  one_job ? rows->bind(after, limit, job_id) : rows->bind(after, limit);
  std::vector<EventMessage> events;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return events;
    EventMessage event;
    event.sequence = rows->integer(0);
    event.job_id = rows->text(1);
    if (const std::string take = rows->text(2); !take.empty()) event.take_id = take;
    event.kind = rows->text(3);
    event.at = rows->text(4);
    if (const std::string id = rows->text(5); !id.empty()) event.insertion_id = id;
    events.push_back(std::move(event));
  }
}

Result<std::pair<std::int64_t, std::int64_t>> read_event_range(Database& database) {
  auto rows = database.statement("SELECT min(sequence), max(sequence) FROM events");
  if (!rows) return rows.error();
  const Result<bool> row = rows->step();
  if (!row) return row.error();
  return std::pair(rows->integer(0), rows->integer(1));
}

}  // namespace dgx::history
