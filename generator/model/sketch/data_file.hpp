// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dgx::model::sketch {

/// What is wrong with a data file, as one sentence that begins with "file:line: ". Thrown while a
/// file is read and caught once, by the function that reads the whole file.
class DataFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads one TOML table key by key and refuses what it does not expect: a wrong type, a number out
/// of its range, a missing key, and at the end (finish) every key that nobody asked for.
/// Ownership: refers to the table and the file name, which have to outlive it.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string_view file, std::string where = "");

  std::string text(std::string_view key);
  std::string text_of(std::string_view key, const std::vector<std::string>& allowed);
  std::string text_of(std::string_view key, const std::vector<std::string>& allowed,
                      const std::string& fallback);
  std::vector<std::string> texts(std::string_view key);
  std::vector<std::string> texts_or_none(std::string_view key);
  std::vector<std::string> texts_of(std::string_view key, const std::vector<std::string>& allowed);
  double number(std::string_view key, double low, double high);
  double number(std::string_view key, double low, double high, double fallback);
  int whole(std::string_view key, int low, int high);
  int whole(std::string_view key, int low, int high, int fallback);
  /// Two numbers, the lower one first.
  std::pair<double, double> range(std::string_view key, double low, double high);
  TableReader table(std::string_view key);
  std::vector<TableReader> tables(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Throws for the first key that was never read.
  void finish() const;
  /// Throws: the value at `key` has to be `allowed`, and is not.
  [[noreturn]] void refuse(std::string_view key, std::string_view allowed) const;
  /// The same, blaming one value of an array.
  [[noreturn]] void refuse_value(std::string_view key, std::string_view allowed,
                                 std::string_view value) const;

 private:
  const toml::node& need(std::string_view key, std::string_view what);
  const toml::node* find(std::string_view key);
  [[noreturn]] void fail(const toml::node& at, std::string_view key, std::string_view allowed,
                         std::string_view got) const;

  const toml::table* table_;
  std::string_view file_;
  std::string where_;  ///< Path of the table, "drums.patterns"; empty at the top
  std::set<std::string, std::less<>> read_{};
};

/// Parses a whole file. Throws DataFileError with the line of a syntax mistake.
toml::table parse_toml(std::string_view text, std::string_view file);

}  // namespace dgx::model::sketch
