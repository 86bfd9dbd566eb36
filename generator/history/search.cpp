// SPDX-License-Identifier: Apache-2.0
#include "generator/history/search.hpp"

#include "generator/base/utf8.hpp"

namespace dgx::history {
namespace {

// Hiragana and katakana; Han with its extensions and compatibility forms.
bool stands_alone(char32_t code_point) {
  return (code_point >= 0x3041 && code_point <= 0x30FF) ||
         (code_point >= 0x31F0 && code_point <= 0x31FF) ||
         (code_point >= 0x3400 && code_point <= 0x4DBF) ||
         (code_point >= 0x4E00 && code_point <= 0x9FFF) ||
         (code_point >= 0xF900 && code_point <= 0xFAFF) ||
         (code_point >= 0x20000 && code_point <= 0x3FFFF);
}

bool is_separator(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte <= 0x20 || byte == 0x7F;
}

// An FTS5 string, in which only the quote itself is special, taken as a prefix.
void append_term(std::string& expression, std::string_view word) {
  if (!expression.empty()) expression += ' ';
  expression += '"';
  for (const char character : indexed_text(word)) {
    if (character == '"') expression += '"';
    expression += character;
  }
  expression += "\"*";
}

}  // namespace

std::string indexed_text(std::string_view prompt) {
  std::string text;
  text.reserve(prompt.size());
  std::size_t position = 0;
  while (position < prompt.size()) {
    const std::size_t start = position;
    const auto code_point = next_code_point(prompt, position);
    if (!code_point) position = start + 1;  // Not UTF-8: the tokenizer copes with single bytes.
    const bool alone = code_point && stands_alone(*code_point);
    if (alone) text += ' ';
    text += prompt.substr(start, position - start);
    if (alone) text += ' ';
  }
  return text;
}

std::string match_expression(std::string_view text) {
  // A space between two terms is FTS5's implicit AND, which, unlike the word AND, passes over
  // terms that hold no letter at all ("-", an old emoji).
  std::string expression;
  std::size_t start = 0;
  for (std::size_t end = 0; end <= text.size(); ++end) {
    if (end < text.size() && !is_separator(text[end])) continue;
    if (end > start) append_term(expression, text.substr(start, end - start));
    start = end + 1;
  }
  return expression;
}

Status index_prompt(sqlite::Database& database, std::int64_t number, std::string_view prompt) {
  return database.run("INSERT INTO generations_fts (rowid, prompt) VALUES (?1, ?2)", number,
                      indexed_text(prompt));
}

Status unindex_prompt(sqlite::Database& database, std::int64_t number, std::string_view prompt) {
  return database.run(
      "INSERT INTO generations_fts (generations_fts, rowid, prompt) VALUES ('delete', ?1, ?2)",
      number, indexed_text(prompt));
}

Status index_all_prompts(sqlite::Database& database) {
  auto rows = database.statement("SELECT number, prompt FROM generations ORDER BY number");
  if (!rows) return rows.error();
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return ok();
    if (Status done = index_prompt(database, rows->integer(0), rows->text(1)); !done) return done;
  }
}

}  // namespace dgx::history
