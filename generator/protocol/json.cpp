// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/json.hpp"

#include <utility>

#include "generator/protocol/json_events.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

// Boost.JSON builds the value; this only has to find nothing wrong.
class NoEvents final : public JsonEvents {
  Status on_object_begin() override { return ok(); }
  Status on_object_end() override { return ok(); }
  Status on_array_begin() override { return ok(); }
  Status on_array_end() override { return ok(); }
  Status on_name(std::string_view) override { return ok(); }
  Status on_scalar(const JsonScalar&) override { return ok(); }
};

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
    for (int i = 0; i < indent_ * level_; ++i) text_ += ' ';
  }

  int indent_;
  int level_ = 0;
  bool first_ = true;
  std::string text_{};
};

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  // The text is in memory already, and what it holds is the caller's to bound.
  JsonLimits limits;
  limits.open_members = text.size();
  limits.string_bytes = text.size();
  NoEvents no_events;
  if (Status strict = read_json_events(text, limits, no_events); !strict) return strict.error();
  json::error_code error;
  json::parse_options options;
  options.max_depth = limits.levels;
  json::value value = json::parse(text, error, {}, options);
  if (error) return Error{ErrorCode::kMalformed, "not readable as JSON: " + error.message()};
  return value;
}

json::value embedded(std::string_view text) {
  if (text.empty()) return nullptr;
  auto value = parse_json(text);
  return value ? *std::move(value) : json::value(text_of(text));
}

std::string write_json(const json::value& value, int indent) {
  Writer writer(indent);
  writer.write(value);
  return writer.take();
}

}  // namespace dgx::protocol
