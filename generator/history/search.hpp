// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/history/sqlite.hpp"

// The full-text index of prompts. It is kept by this program and not by triggers: SQLite 3.40
// forbids FTS5 in triggers where the schema is not trusted, and ours never is.
namespace dgx::history {

/// The text as it is indexed. Scripts that write words without spaces (Han, kana) get a space
/// around each character, so that any run of them can be found, not only the first of a sentence.
std::string indexed_text(std::string_view prompt);

/// The words of `text` as an FTS5 expression: every word as a prefix, all of them. Nothing in
/// `text` is FTS5 syntax. Empty where there are no words.
std::string match_expression(std::string_view text);

/// Adds one prompt to the index, under its row number in `generations`.
Status index_prompt(sqlite::Database& database, std::int64_t number, std::string_view prompt);

/// Takes it out again; `prompt` has to be the text that was indexed.
Status unindex_prompt(sqlite::Database& database, std::int64_t number, std::string_view prompt);

/// Adds the prompt of every row of `generations`.
Status index_all_prompts(sqlite::Database& database);

}  // namespace dgx::history
