// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/data_file.hpp"

#include <algorithm>
#include <sstream>

namespace dgx::model::sketch {
namespace {

std::string shown(const toml::node& node) {
  std::ostringstream out;
  out << std::boolalpha;
  node.visit([&out](const auto& value) {
    if constexpr (toml::is_table<decltype(value)>) {
      out << "a table";
    } else if constexpr (toml::is_array<decltype(value)>) {
      out << "an array of " << value.size();
    } else if constexpr (toml::is_string<decltype(value)>) {
      out << '"' << value.get() << '"';
    } else {
      out << value.get();
    }
  });
  return out.str();
}

std::string plain(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::string range_text(double low, double high) {
  return "a number from " + plain(low) + " to " + plain(high);
}

std::string list_of(const std::vector<std::string>& words) {
  std::string list = "one of";
  for (const std::string& word : words) list += (list.size() > 6 ? ", " : " ") + word;
  return list;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string at_line(std::string_view file, toml::source_index line) {
  return std::string(file) + ":" + std::to_string(line) + ": ";
}

}  // namespace

TableReader::TableReader(const toml::table& table, std::string_view file, std::string where)
    : table_(&table), file_(file), where_(std::move(where)) {}

void TableReader::fail(const toml::node& at, std::string_view key, std::string_view allowed,
                       std::string_view got) const {
  const std::string path = where_.empty() ? std::string(key) : where_ + "." + std::string(key);
  throw DataFileError(at_line(file_, at.source().begin.line) + path + " must be " +
                      std::string(allowed) + ", got " + std::string(got));
}

void TableReader::refuse(std::string_view key, std::string_view allowed) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) fail(*table_, key, allowed, "nothing");
  fail(*node, key, allowed, shown(*node));
}

void TableReader::refuse_value(std::string_view key, std::string_view allowed,
                               std::string_view value) const {
  const toml::node* node = table_->get(key);
  fail(node != nullptr ? *node : *table_, key, allowed, '"' + std::string(value) + '"');
}

const toml::node* TableReader::find(std::string_view key) {
  read_.emplace(key);
  return table_->get(key);
}

const toml::node& TableReader::need(std::string_view key, std::string_view what) {
  const toml::node* node = find(key);
  if (node == nullptr) fail(*table_, key, what, "nothing");
  return *node;
}

std::string TableReader::text(std::string_view key) {
  const toml::node& node = need(key, "a text");
  const auto value = node.value_exact<std::string>();
  if (!value || value->empty()) fail(node, key, "a text", shown(node));
  return *value;
}

std::string TableReader::text_of(std::string_view key, const std::vector<std::string>& allowed) {
  const toml::node& node = need(key, list_of(allowed));
  const auto value = node.value_exact<std::string>();
  if (!value || !contains(allowed, *value)) fail(node, key, list_of(allowed), shown(node));
  return *value;
}

std::string TableReader::text_of(std::string_view key, const std::vector<std::string>& allowed,
                                 const std::string& fallback) {
  return find(key) == nullptr ? fallback : text_of(key, allowed);
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  constexpr std::string_view kWhat = "an array of at least one text";
  const toml::node& node = need(key, kWhat);
  const toml::array* array = node.as_array();
  if (array == nullptr || array->empty()) fail(node, key, kWhat, shown(node));
  std::vector<std::string> values;
  for (const toml::node& item : *array) {
    const auto value = item.value_exact<std::string>();
    if (!value || value->empty()) fail(item, key, kWhat, shown(item));
    values.push_back(*value);
  }
  return values;
}

std::vector<std::string> TableReader::texts_or_none(std::string_view key) {
  if (find(key) == nullptr) return {};
  return texts(key);
}

std::vector<std::string> TableReader::texts_of(std::string_view key,
                                               const std::vector<std::string>& allowed) {
  const std::vector<std::string> values = texts(key);
  for (const std::string& value : values) {
    if (!contains(allowed, value)) refuse_value(key, list_of(allowed), value);
  }
  return values;
}

double TableReader::number(std::string_view key, double low, double high) {
  const toml::node& node = need(key, range_text(low, high));
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  // Written so that NaN is refused too.
  if (!value || !(*value >= low && *value <= high)) {
    fail(node, key, range_text(low, high), shown(node));
  }
  return *value;
}

double TableReader::number(std::string_view key, double low, double high, double fallback) {
  return find(key) == nullptr ? fallback : number(key, low, high);
}

int TableReader::whole(std::string_view key, int low, int high) {
  const std::string what =
      "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  const toml::node& node = need(key, what);
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < low || *value > high) fail(node, key, what, shown(node));
  return static_cast<int>(*value);
}

int TableReader::whole(std::string_view key, int low, int high, int fallback) {
  return find(key) == nullptr ? fallback : whole(key, low, high);
}

std::pair<double, double> TableReader::range(std::string_view key, double low, double high) {
  const std::string what =
      "two numbers from " + plain(low) + " to " + plain(high) + ", the lower one first";
  const toml::node& node = need(key, what);
  const toml::array* array = node.as_array();
  if (array == nullptr || array->size() != 2) fail(node, key, what, shown(node));
  std::pair<double, double> values{};
  for (std::size_t i = 0; i < 2; ++i) {
    const toml::node& item = *array->get(i);
    const auto value = item.is_number() ? item.value<double>() : std::nullopt;
    if (!value || !(*value >= low && *value <= high)) fail(item, key, what, shown(item));
    (i == 0 ? values.first : values.second) = *value;
  }
  if (values.first > values.second) {
    fail(node, key, what, plain(values.first) + " and " + plain(values.second));
  }
  return values;
}

TableReader TableReader::table(std::string_view key) {
  const toml::node& node = need(key, "a table");
  if (!node.is_table()) fail(node, key, "a table", shown(node));
  return {*node.as_table(), file_,
          where_.empty() ? std::string(key) : where_ + "." + std::string(key)};
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  constexpr std::string_view kWhat = "at least one table";
  const toml::node& node = need(key, kWhat);
  const toml::array* array = node.as_array();
  if (array == nullptr || array->empty()) fail(node, key, kWhat, shown(node));
  std::vector<TableReader> readers;
  for (const toml::node& item : *array) {
    if (!item.is_table()) fail(item, key, kWhat, shown(item));
    readers.emplace_back(*item.as_table(), file_,
                         where_.empty() ? std::string(key) : where_ + "." + std::string(key));
  }
  return readers;
}

std::vector<std::string> TableReader::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, node] : *table_) names.emplace_back(key.str());
  return names;
}

void TableReader::finish() const {
  // The first in the file, not in the alphabet, is the one to name.
  const toml::key* unknown = nullptr;
  for (const auto& [key, node] : *table_) {
    if (read_.find(key.str()) != read_.end()) continue;
    if (unknown == nullptr || key.source().begin.line < unknown->source().begin.line) {
      unknown = &key;
    }
  }
  if (unknown == nullptr) return;
  const std::string path =
      where_.empty() ? std::string(unknown->str()) : where_ + "." + std::string(unknown->str());
  std::string known;
  for (const std::string& key : read_) known += (known.empty() ? "" : ", ") + key;
  throw DataFileError(at_line(file_, unknown->source().begin.line) + path +
                      " is not a key of this table, allowed are " + known);
}

toml::table parse_toml(std::string_view text, std::string_view file) {
  try {
    return toml::parse(text, std::string(file));
  } catch (const toml::parse_error& error) {
    throw DataFileError(at_line(file, error.source().begin.line) +
                        "not TOML: " + std::string(error.description()));
  }
}

}  // namespace dgx::model::sketch
