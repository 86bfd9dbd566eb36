// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "generator/base/utf8.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

constexpr std::size_t kDeepestLevel = 16;

// Boost.JSON keeps the last of two equal keys and reads 1e309 as infinity; both would let two
// readers of one text see different requests.
class StrictnessHandler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    keys_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    key_.append(part.data(), part.size());
    const bool is_new = keys_.back().insert(key_).second;
    if (!is_new) return refuse("the key " + escaped_for_terminal(key_) + " appears twice", error);
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double value, json::string_view text, json::error_code& error) {
    if (std::isfinite(value)) return true;
    return refuse("the number " + std::string(text) + " is too large", error);
  }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  bool refuse(std::string reason, json::error_code& error) {
    reason_ = std::move(reason);
    error = json::error::syntax;
    return false;
  }

  std::vector<std::set<std::string>> keys_{};
  std::string key_{};
  std::string reason_{};
};

json::parse_options strict_options() {
  json::parse_options options;
  options.max_depth = kDeepestLevel;
  return options;
}

Error malformed(const std::string& reason) {
  return {ErrorCode::kMalformed, "not readable as JSON: " + reason};
}

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        return write_object(value.get_object());
      case json::kind::array:
        return write_array(value.get_array());
      case json::kind::double_:
        text_ += number_text(value.get_double());
        return;
      default:
        text_ += json::serialize(value);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void write_object(const json::object& object) {
    open('{');
    for (const auto& [key, value] : object) {
      next_item();
      text_ += json::serialize(json::string_view(key));
      text_ += indent_ > 0 ? ": " : ":";
      write(value);
    }
    close('}', object.empty());
  }
  void write_array(const json::array& array) {
    open('[');
    for (const json::value& value : array) {
      next_item();
      write(value);
    }
    close(']', array.empty());
  }
  void open(char bracket) {
    text_ += bracket;
    ++level_;
    first_ = true;
  }
  void next_item() {
    if (!first_) text_ += ',';
    first_ = false;
    new_line();
  }
  void close(char bracket, bool empty) {
    --level_;
    if (!empty) new_line();
    text_ += bracket;
    first_ = false;
  }
  void new_line() {
    if (indent_ == 0) return;
    text_ += '\n';
    text_.append(static_cast<std::size_t>(indent_ * level_), ' ');
  }

  int indent_;
  int level_ = 0;
  bool first_ = true;
  std::string text_{};
};

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::basic_parser<StrictnessHandler> checker(strict_options());
  json::error_code error;
  const std::size_t read = checker.write_some(false, text.data(), text.size(), error);
  if (!checker.handler().reason().empty()) return malformed(checker.handler().reason());
  if (error) return malformed(error.message());
  if (read < text.size()) return malformed("extra text after the value");
  json::value value = json::parse(text, error, {}, strict_options());
  if (error) return malformed(error.message());
  return value;
}

std::string write_json(const json::value& value, int indent) {
  Writer writer(indent);
  writer.write(value);
  return writer.take();
}

}  // namespace dgx::protocol
