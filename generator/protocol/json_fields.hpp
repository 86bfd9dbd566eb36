// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/error_codes.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/json.hpp"
#include "generator/protocol/messages.hpp"

// Private to the codecs. A struct is described once, by a function template
//     template <class Fields, class T> void describe(Fields& f, T& m) { f("prompt", m.prompt); ...
//     }
// and object_of() and read_fields() both walk that description. Fields without a value are left
// out of the text, and a text without a field leaves the member at its default.
namespace dgx::protocol {

class FieldEncoder {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& value) {
    object_[to_key(name)] = to_json(value);
  }
  template <typename T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }
  /// A list that is left out when it is empty.
  template <typename T>
  void unless_empty(std::string_view name, const std::vector<T>& list) {
    if (!list.empty()) (*this)(name, list);
  }
  boost::json::object take() { return std::move(object_); }

 private:
  static boost::json::string_view to_key(std::string_view name) {
    return {name.data(), name.size()};
  }
  static boost::json::value to_json(const std::string& text) {
    return boost::json::string(text.data(), text.size());
  }
  static boost::json::value to_json(bool value) { return value; }
  static boost::json::value to_json(double value) { return value; }
  static boost::json::value to_json(std::int64_t value) { return value; }
  static boost::json::value to_json(int value) { return value; }
  static boost::json::value to_json(Phase phase) { return to_json(std::string(to_string(phase))); }
  static boost::json::value to_json(ErrorCode code) {
    return to_json(std::string(to_string(code)));
  }
  static boost::json::value to_json(JobStatus status) {
    return to_json(std::string(to_string(status)));
  }
  static boost::json::value to_json(InsertionStatus status) {
    return to_json(std::string(to_string(status)));
  }
  template <typename T>
  static boost::json::value to_json(const std::vector<T>& list) {
    boost::json::array array;
    for (const T& item : list) array.push_back(to_json(item));
    return array;
  }
  template <typename T>
  static boost::json::value to_json(const T& nested) {
    FieldEncoder encoder;
    describe(encoder, nested);
    return encoder.take();
  }

  boost::json::object object_{};
};

class FieldDecoder {
 public:
  FieldDecoder(const boost::json::object& object, std::string path)
      : object_(object), path_(std::move(path)) {}

  template <typename T>
  void operator()(std::string_view name, T& value) {
    const boost::json::value* found = object_.if_contains({name.data(), name.size()});
    if (found == nullptr || error_) return;
    const std::string path = path_.empty() ? std::string(name) : path_ + "." + std::string(name);
    if (!read(*found, value, path) && !error_) {
      error_ = Error{ErrorCode::kInvalidArgument,
                     path + " has the wrong type or value, got " + write_json(*found), path};
    }
  }
  template <typename T>
  void unless_empty(std::string_view name, std::vector<T>& list) {
    (*this)(name, list);
  }
  [[nodiscard]] Status status() const { return error_ ? Status(*error_) : ok(); }

 private:
  bool read(const boost::json::value& from, std::string& to, const std::string&) {
    if (!from.is_string()) return false;
    to.assign(from.get_string().data(), from.get_string().size());
    return true;
  }
  bool read(const boost::json::value& from, bool& to, const std::string&) {
    if (from.is_bool()) to = from.get_bool();
    return from.is_bool();
  }
  bool read(const boost::json::value& from, double& to, const std::string&) {
    if (from.is_number()) to = from.to_number<double>();
    return from.is_number();
  }
  bool read(const boost::json::value& from, std::int64_t& to, const std::string&) {
    if (from.is_int64()) to = from.get_int64();
    return from.is_int64();
  }
  bool read(const boost::json::value& from, int& to, const std::string& path) {
    std::int64_t wide = 0;
    if (!read(from, wide, path) || !std::in_range<int>(wide)) return false;
    to = static_cast<int>(wide);
    return true;
  }
  bool read(const boost::json::value& from, Phase& to, const std::string& path) {
    return read_name(from, to, path, parse_phase);
  }
  bool read(const boost::json::value& from, ErrorCode& to, const std::string& path) {
    return read_name(from, to, path, parse_error_code);
  }
  bool read(const boost::json::value& from, JobStatus& to, const std::string& path) {
    return read_name(from, to, path, parse_job_status);
  }
  bool read(const boost::json::value& from, InsertionStatus& to, const std::string& path) {
    return read_name(from, to, path, parse_insertion_status);
  }
  template <typename T, typename Parse>
  bool read_name(const boost::json::value& from, T& to, const std::string& path, Parse parse) {
    std::string name;
    if (!read(from, name, path)) return false;
    const std::optional<T> value = parse(name);
    if (value) to = *value;
    return value.has_value();
  }
  template <typename T>
  bool read(const boost::json::value& from, std::optional<T>& to, const std::string& path) {
    T value{};
    if (!read(from, value, path)) return false;
    to = std::move(value);
    return true;
  }
  template <typename T>
  bool read(const boost::json::value& from, std::vector<T>& to, const std::string& path) {
    if (!from.is_array()) return false;
    to.clear();
    for (const boost::json::value& item : from.get_array()) {
      to.emplace_back();
      const std::string item_path = path + "[" + std::to_string(to.size() - 1) + "]";
      if (!read(item, to.back(), item_path)) return false;
    }
    return true;
  }
  template <typename T>
  bool read(const boost::json::value& from, T& nested, const std::string& path) {
    if (!from.is_object()) return false;
    FieldDecoder decoder(from.get_object(), path);
    describe(decoder, nested);
    if (Status status = decoder.status(); !status) error_ = status.error();
    return decoder.status().has_value();
  }

  const boost::json::object& object_;
  std::string path_;
  std::optional<Error> error_{};
};

template <typename T>
boost::json::object object_of(const T& message) {
  FieldEncoder encoder;
  describe(encoder, message);
  return encoder.take();
}

/// Reads `object`, whose own place in the text is `path` ("" for the whole), into `message`.
template <typename T>
Status read_fields(const boost::json::object& object, const std::string& path, T& message) {
  FieldDecoder decoder(object, path);
  describe(decoder, message);
  return decoder.status();
}

inline Result<boost::json::object> parse_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::move(value).error();
  if (value->is_object()) return std::move(value->get_object());
  return Error{ErrorCode::kInvalidArgument, "expected a JSON object, got " + write_json(*value)};
}

template <typename T>
Result<T> decode_fields(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  T message;
  if (Status status = read_fields(*object, "", message); !status) return status.error();
  return message;
}

}  // namespace dgx::protocol
