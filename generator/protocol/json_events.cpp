// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/json_events.hpp"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "generator/base/utf8.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

Error malformed(const std::string& reason) {
  return {ErrorCode::kMalformed, "not readable as JSON: " + reason};
}

// Boost.JSON keeps the last of two equal names and reads 1e309 as infinity; both would let two
// readers of one text see different values.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  StrictHandler(const JsonLimits& limits, JsonEvents& events) : limits_(limits), events_(events) {}

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& error) {
    names_.emplace_back();
    return pass(events_.on_object_begin(), error);
  }
  bool on_object_end(std::size_t, json::error_code& error) {
    open_members_ -= names_.back().size();
    names_.pop_back();
    return pass(events_.on_object_end(), error);
  }
  bool on_array_begin(json::error_code& error) { return pass(events_.on_array_begin(), error); }
  bool on_array_end(std::size_t, json::error_code& error) {
    return pass(events_.on_array_end(), error);
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code& error) {
    return append(part, error);
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    if (!append(part, error)) return false;
    if (++open_members_ > limits_.open_members) {
      return refuse("more than " + std::to_string(limits_.open_members) + " members", error);
    }
    if (!names_.back().insert(text_).second) {
      return refuse("the key " + escaped_for_terminal(text_) + " appears twice", error);
    }
    const Status status = events_.on_name(text_);
    text_.clear();
    return pass(status, error);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code& error) {
    return append(part, error);
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& error) {
    if (!append(part, error)) return false;
    const Status status = events_.on_scalar(std::string_view(text_));
    text_.clear();
    return pass(status, error);
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& error) {
    return pass(events_.on_scalar(value), error);
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code& error) {
    return pass(events_.on_scalar(value), error);
  }
  bool on_double(double value, json::string_view text, json::error_code& error) {
    if (std::isfinite(value)) return pass(events_.on_scalar(value), error);
    return refuse("the number " + std::string(text) + " is too large", error);
  }
  bool on_bool(bool value, json::error_code& error) {
    return pass(events_.on_scalar(value), error);
  }
  bool on_null(json::error_code& error) { return pass(events_.on_scalar(nullptr), error); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  [[nodiscard]] const std::optional<Error>& refusal() const { return refusal_; }

 private:
  bool append(json::string_view part, json::error_code& error) {
    if (part.size() > limits_.string_bytes - text_.size()) {
      return refuse("a text of more than " + std::to_string(limits_.string_bytes) + " bytes",
                    error);
    }
    text_.append(part.data(), part.size());
    return true;
  }
  bool refuse(const std::string& reason, json::error_code& error) {
    return pass(malformed(reason), error);
  }
  bool pass(Status status, json::error_code& error) {
    if (status) return true;
    refusal_ = std::move(status).error();
    error = json::error::syntax;
    return false;
  }

  const JsonLimits& limits_;
  JsonEvents& events_;
  std::vector<std::set<std::string>> names_{};
  std::size_t open_members_ = 0;
  std::string text_{};
  std::optional<Error> refusal_{};
};

}  // namespace

Status read_json_events(std::string_view text, const JsonLimits& limits, JsonEvents& events) {
  json::parse_options options;
  options.max_depth = limits.levels;
  json::basic_parser<StrictHandler> parser(options, limits, events);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().refusal()) return *parser.handler().refusal();
  if (error) return malformed(error.message());
  if (read < text.size()) return malformed("extra text after the value");
  return ok();
}

}  // namespace dgx::protocol
