// SPDX-License-Identifier: Apache-2.0
#include "generator/history/take_queries.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "generator/base/utf8.hpp"
#include "generator/history/search.hpp"

namespace dgx::history {
namespace {

using protocol::Take;
using sqlite::Database;
using sqlite::Statement;

constexpr std::int64_t kLargestPage = 200;
constexpr std::size_t kShortestEnd = 4;
constexpr std::size_t kNamedCandidates = 5;

std::string take_query(std::string_view where) {
  std::string sql =
      "SELECT id, job_id, status, prompt, model_name, model_version, duration_seconds, "
      "sample_rate, channels, file_path, file_size_bytes, created_at, completed_at, "
      "generation_time_seconds, error_message, metadata, favourite, name, trashed_at "
      "FROM generations ";
  return sql.append(where);
}

Result<Take> take_in(const Database& database, const Statement& row) {
  Take take;
  take.id = row.text(0);
  take.job_id = row.text(1);
  const auto status = protocol::parse_job_status(row.text(2));
  if (!status) return sqlite::damaged(database.file(), "take " + take.id + " has no known status");
  take.status = *status;
  take.prompt = row.text(3);
  take.model_name = row.text(4);
  take.model_version = row.text(5);
  take.duration_seconds = row.real(6);
  take.sample_rate = static_cast<int>(row.integer(7));
  take.channels = static_cast<int>(row.integer(8));
  take.file_path = row.text(9);
  take.file_size_bytes = row.integer(10);
  take.created_at = row.text(11);
  take.completed_at = row.text(12);
  take.generation_time_seconds = row.real(13);
  take.error_message = row.text(14);
  take.receipt_json = row.text(15);
  take.favourite = row.integer(16) != 0;
  if (const std::string name = row.text(17); !name.empty()) take.name = name;
  if (const std::string at = row.text(18); !at.empty()) take.trashed_at = at;
  return take;
}

Result<std::vector<std::int64_t>> numbers_of(Statement& rows) {
  std::vector<std::int64_t> numbers;
  for (;;) {
    const Result<bool> row = rows.step();
    if (!row) return row.error();
    if (!*row) return numbers;
    numbers.push_back(rows.integer(0));
  }
}

Status check(const HistoryQuery& query) {
  if (query.page < 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "page must be 1 or more, got " + std::to_string(query.page), "page"};
  }
  if (query.page_size < 1 || query.page_size > kLargestPage) {
    return Error{ErrorCode::kInvalidArgument,
                 "page_size must be 1 to " + std::to_string(kLargestPage) + ", got " +
                     std::to_string(query.page_size),
                 "page_size"};
  }
  if (query.trashed && (!query.text.empty() || query.favourites_only || query.completed_only)) {
    return Error{ErrorCode::kInvalidArgument, "the trash is listed whole, without other conditions",
                 "trash"};
  }
  if (!is_utf8(query.text)) {
    return Error{ErrorCode::kInvalidArgument, "the text to search for is not UTF-8", "q"};
  }
  return ok();
}

// The rows of a query without its text. Each form has an index that holds all it needs, so that
// counting and skipping never read a row of the table itself. They are named, because SQLite takes
// another one where it may choose.
std::string filter(const HistoryQuery& query) {
  if (query.trashed) {
    return " FROM generations INDEXED BY generations_trash WHERE trashed_at IS NOT NULL";
  }
  if (query.favourites_only) {
    const std::string sql =
        " FROM generations INDEXED BY generations_favourite "
        "WHERE favourite = 1 AND trashed_at IS NULL";
    return query.completed_only ? sql + " AND status = 'completed'" : sql;
  }
  return query.completed_only
             ? " FROM generations INDEXED BY generations_status "
               "WHERE status = 'completed' AND trashed_at IS NULL"
             : " FROM generations INDEXED BY generations_created_at WHERE trashed_at IS NULL";
}

constexpr const char* kNewestFirst = " ORDER BY created_at DESC, id DESC";

/// The numbers of a page's rows, in order, and how many rows all pages have.
struct Selection {
  std::vector<std::int64_t> numbers{};
  std::int64_t total = 0;
};

// The first row of a page that exists; page and size are in range, so nothing overflows.
std::int64_t rows_before(const HistoryQuery& query, std::int64_t total) {
  return std::min(query.page - 1, total / query.page_size + 1) * query.page_size;
}

Result<Selection> select_all(Database& database, const HistoryQuery& query) {
  const auto total = database.number("SELECT count(*)" + filter(query));
  if (!total) return total.error();
  auto rows =
      database.statement("SELECT number" + filter(query) + kNewestFirst + " LIMIT ?1 OFFSET ?2");
  if (!rows) return rows.error();
  rows->bind(query.page_size, rows_before(query, *total));
  Result<std::vector<std::int64_t>> numbers = numbers_of(*rows);
  if (!numbers) return numbers.error();
  return Selection{*std::move(numbers), *total};
}

// The index gives its hits in the order of their numbers, the page wants the newest first. Looking
// each hit up costs a table page a hit; walking the narrow index of all rows once and asking
// "is it a hit?" costs at most some milliseconds for 100,000 rows, and stops early where it can.
Result<Selection> select_hits(Database& database, const HistoryQuery& query,
                              const std::vector<std::int64_t>& hits) {
  Selection selection;
  if (hits.empty()) return selection;
  const std::int64_t lowest = hits.front();
  std::vector<bool> is_hit(static_cast<std::size_t>(hits.back() - lowest + 1));
  for (const std::int64_t hit : hits) is_hit[static_cast<std::size_t>(hit - lowest)] = true;

  const bool all_count = !query.favourites_only && !query.completed_only;
  const std::int64_t begin = rows_before(query, static_cast<std::int64_t>(hits.size()));
  const std::int64_t end = begin + query.page_size;
  auto rows = database.statement("SELECT number" + filter(query) + kNewestFirst);
  if (!rows) return rows.error();
  while (!all_count || selection.total < end) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    const std::int64_t number = rows->integer(0);
    if (number < lowest || number > hits.back()) continue;
    if (!is_hit[static_cast<std::size_t>(number - lowest)]) continue;
    if (selection.total >= begin && selection.total < end) selection.numbers.push_back(number);
    ++selection.total;
  }
  if (all_count) selection.total = static_cast<std::int64_t>(hits.size());
  return selection;
}

Result<Selection> select_matching(Database& database, const HistoryQuery& query) {
  const std::string expression = match_expression(query.text);
  if (expression.empty()) return select_all(database, query);
  auto rows = database.statement(
      "SELECT rowid FROM generations_fts WHERE generations_fts MATCH ?1 ORDER BY rowid");
  if (!rows) return rows.error();
  rows->bind(expression);
  const Result<std::vector<std::int64_t>> hits = numbers_of(*rows);
  if (!hits) return hits.error();
  return select_hits(database, query, *hits);
}

Result<Take> read_take(Database& database, std::int64_t number) {
  auto rows = database.statement(take_query("WHERE number = ?1"));
  if (!rows) return rows.error();
  rows->bind(number);
  const Result<bool> row = rows->step();
  if (!row) return row.error();
  if (!*row) return sqlite::damaged(database.file(), "an index names a row that is not there");
  return take_in(database, *rows);
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char character) {
    return static_cast<char>(std::toupper(character));
  });
  return text;
}

Error ambiguous(const std::string& end, const std::vector<Take>& takes) {
  std::string message = "several takes end with \"" + end + "\": ";
  for (std::size_t i = 0; i < takes.size() && i < kNamedCandidates; ++i) {
    message += (i == 0 ? "" : ", ") + takes[i].id;
  }
  if (takes.size() > kNamedCandidates) message += ", ...";
  return {ErrorCode::kConflict, message};
}

Result<std::vector<Take>> takes_ending_with(Database& database, const std::string& end) {
  auto rows = database.statement(
      take_query("WHERE upper(substr(id, -4)) = ?1 AND upper(substr(id, -?2)) = ?3 "
                 "ORDER BY id LIMIT 6"));
  if (!rows) return rows.error();
  rows->bind(end.substr(end.size() - kShortestEnd), end.size(), end);
  std::vector<Take> takes;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return takes;
    Result<Take> take = take_in(database, *rows);
    if (!take) return take.error();
    takes.push_back(*std::move(take));
  }
}

}  // namespace

Result<HistoryPage> read_page(Database& database, const HistoryQuery& query) {
  if (Status fine = check(query); !fine) return fine.error();
  const Result<Selection> selection = select_matching(database, query);
  if (!selection) return selection.error();
  HistoryPage page;
  page.total = selection->total;
  page.page = query.page;
  page.page_size = query.page_size;
  for (const std::int64_t number : selection->numbers) {
    Result<Take> take = read_take(database, number);
    if (!take) return take.error();
    page.takes.push_back(*std::move(take));
  }
  return page;
}

Result<Take> find_take(Database& database, const std::string& take_id) {
  const std::string end = upper_case(take_id);
  if (end.size() < kShortestEnd) {
    return Error{ErrorCode::kNotFound, "a take is named by its id or at least the last " +
                                           std::to_string(kShortestEnd) +
                                           " characters of it, got \"" + take_id + "\""};
  }
  Result<std::vector<Take>> takes = takes_ending_with(database, end);
  if (!takes) return takes.error();
  if (takes->empty()) return Error{ErrorCode::kNotFound, "there is no take " + take_id};
  // A whole id is meant even where a longer one happens to end with it.
  for (Take& take : *takes) {
    if (takes->size() == 1 || upper_case(take.id) == end) return std::move(take);
  }
  return ambiguous(take_id, *takes);
}

// "lofi-rhodes-84-Cm-a3f9.drums.wav": the end of the id stands between a dash and a dot. Words and
// parts may have dashes of their own, so each is tried.
Result<std::vector<Take>> takes_with_file(Database& database, const std::string& name) {
  std::vector<Take> found;
  for (std::size_t dash = name.find('-'); dash != std::string::npos;
       dash = name.find('-', dash + 1)) {
    const std::size_t dot = name.find('.', dash);
    if (dot == std::string::npos || dot - dash - 1 < kShortestEnd) continue;
    const std::string end = upper_case(name.substr(dash + 1, dot - dash - 1));
    if (end.find('-') != std::string::npos) continue;
    Result<std::vector<Take>> takes = takes_ending_with(database, end);
    if (!takes) return takes;
    for (Take& take : *takes) found.push_back(std::move(take));
  }
  return found;
}

}  // namespace dgx::history
