// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/config_fields.hpp"

#include <sstream>
#include <utility>

#include "generator/base/utf8.hpp"

namespace dgx::musicgen {
namespace {

using protocol::JsonTree;

constexpr std::size_t kMostTextBytes = 256;

std::optional<std::int64_t> whole_number(const JsonTree& value) {
  const auto* number = std::get_if<std::int64_t>(&value.value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

// A file may write 1 for 1.0.
std::optional<double> any_number(const JsonTree& value) {
  if (const auto* number = std::get_if<double>(&value.value)) return *number;
  if (const auto whole = whole_number(value)) return static_cast<double>(*whole);
  return std::nullopt;
}

std::optional<std::int64_t> read_as(const JsonTree& value, std::int64_t) {
  return whole_number(value);
}
std::optional<double> read_as(const JsonTree& value, double) {
  return any_number(value);
}

template <typename T>
std::string number_words(T value) {
  std::ostringstream words;
  words << value;
  return words.str();
}

/// The value for a message: short, and safe to print.
std::string value_words(const JsonTree& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    return "\"" + escaped_for_terminal(text->substr(0, 60)) + "\"";
  }
  if (const auto* boolean = std::get_if<bool>(&value.value)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<std::uint64_t>(&value.value)) return number_words(*number);
  if (const auto number = whole_number(value)) return number_words(*number);
  if (const auto number = any_number(value)) return number_words(*number);
  if (value.is_null()) return "null";
  return std::holds_alternative<JsonTree::Array>(value.value) ? "a list" : "an object";
}

}  // namespace

ConfigFields::ConfigFields(const JsonTree* object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (object_ == nullptr || std::holds_alternative<JsonTree::Object>(object_->value)) return;
  fail(ErrorCode::kCorrupt,
       (path_.empty() ? "the file" : path_) + " must be an object, got " + value_words(*object_));
}

template <typename T>
void ConfigFields::ranged(std::string_view name, const JsonTree& value, T least, T most,
                          T& member) {
  const std::optional<T> number = read_as(value, T{});
  if (number && *number >= least && *number <= most) {
    member = *number;
    return;
  }
  fail(ErrorCode::kCorrupt, full(name) + " must be " + number_words(least) + " to " +
                                number_words(most) + ", got " + value_words(value));
}

void ConfigFields::integer(std::string_view name, std::int64_t least, std::int64_t most,
                           std::int64_t& member) {
  if (const JsonTree* value = present(name)) ranged(name, *value, least, most, member);
}

void ConfigFields::integer(std::string_view name, std::int64_t least, std::int64_t most,
                           std::optional<std::int64_t>& member) {
  if (present(name) != nullptr) integer(name, least, most, member.emplace());
}

void ConfigFields::number(std::string_view name, double least, double most, double& member) {
  if (const JsonTree* value = present(name)) ranged(name, *value, least, most, member);
}

void ConfigFields::number(std::string_view name, double least, double most,
                          std::optional<double>& member) {
  if (present(name) != nullptr) number(name, least, most, member.emplace());
}

void ConfigFields::boolean(std::string_view name, bool& member) {
  const JsonTree* value = present(name);
  if (value == nullptr) return;
  if (const auto* boolean = std::get_if<bool>(&value->value)) {
    member = *boolean;
  } else {
    fail(ErrorCode::kCorrupt, full(name) + " must be true or false, got " + value_words(*value));
  }
}

void ConfigFields::boolean(std::string_view name, std::optional<bool>& member) {
  if (present(name) != nullptr) boolean(name, member.emplace());
}

void ConfigFields::text(std::string_view name, std::string& member) {
  const JsonTree* value = present(name);
  if (value == nullptr) return;
  const auto* text = std::get_if<std::string>(&value->value);
  if (text != nullptr && text->size() <= kMostTextBytes) {
    member = *text;
  } else {
    fail(ErrorCode::kCorrupt, full(name) + " must be a text of at most " +
                                  std::to_string(kMostTextBytes) + " bytes, got " +
                                  value_words(*value));
  }
}

template <typename T>
void ConfigFields::list(std::string_view name, T least, T most, std::size_t most_items,
                        std::vector<T>& member) {
  const JsonTree* value = present(name);
  if (value == nullptr) return;
  const auto* items = std::get_if<JsonTree::Array>(&value->value);
  if (items == nullptr || items->empty() || items->size() > most_items) {
    return fail(ErrorCode::kCorrupt,
                full(name) + " must be a list of 1 to " + std::to_string(most_items) + " numbers");
  }
  member.assign(items->size(), T{});
  for (std::size_t i = 0; i < items->size(); ++i) {
    ranged(name, (*items)[i], least, most, member[i]);
  }
}

void ConfigFields::integers(std::string_view name, std::int64_t least, std::int64_t most,
                            std::size_t most_items, std::vector<std::int64_t>& member) {
  list(name, least, most, most_items, member);
}

void ConfigFields::numbers(std::string_view name, double least, double most, std::size_t most_items,
                           std::vector<double>& member) {
  list(name, least, most, most_items, member);
}

void ConfigFields::must_be(std::string_view name, std::string_view only) {
  const JsonTree* value = present(name);
  if (value == nullptr) return;
  const auto* text = std::get_if<std::string>(&value->value);
  if (text != nullptr && *text == only) return;
  fail(ErrorCode::kInvalidArgument,
       full(name) + " must be \"" + std::string(only) + "\", got " + value_words(*value));
}

void ConfigFields::must_be_flag(std::string_view name, bool only) {
  bool value = only;
  boolean(name, value);
  if (value == only) return;
  fail(ErrorCode::kInvalidArgument, full(name) + " must be " + (only ? "true" : "false") +
                                        ", got " + (value ? "true" : "false"));
}

void ConfigFields::must_be_null(std::string_view name) {
  const JsonTree* value = present(name);
  if (value == nullptr) return;
  fail(ErrorCode::kInvalidArgument, full(name) + " must be null, got " + value_words(*value));
}

void ConfigFields::require(bool holds, const std::string& sentence) {
  if (!holds) fail(ErrorCode::kCorrupt, path_.empty() ? sentence : path_ + ": " + sentence);
}

const JsonTree* ConfigFields::object(std::string_view name) {
  return present(name);
}

const JsonTree* ConfigFields::present(std::string_view name) const {
  if (error_ || object_ == nullptr) return nullptr;
  const JsonTree* value = object_->find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string ConfigFields::full(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void ConfigFields::fail(ErrorCode code, const std::string& sentence) {
  if (!error_) error_ = Error{code, sentence};
}

}  // namespace dgx::musicgen
