// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/insertion.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "generator/base/utf8.hpp"
#include "generator/protocol/insertion_fields.hpp"
#include "generator/protocol/json_fields.hpp"

namespace dgx::protocol {
namespace {

constexpr std::array<std::pair<InsertionStatus, std::string_view>, 5> kNames = {{
    {InsertionStatus::kWaiting, "waiting"},
    {InsertionStatus::kClaimed, "claimed"},
    {InsertionStatus::kDone, "done"},
    {InsertionStatus::kFailed, "failed"},
    {InsertionStatus::kCancelled, "cancelled"},
}};

Status check_text(const char* field, const std::string& text, std::int64_t longest) {
  for (std::size_t position = 0; position < text.size();) {
    const auto code_point = next_code_point(text, position);
    if (code_point && !is_control(*code_point)) continue;
    return Error{ErrorCode::kInvalidArgument,
                 std::string(field) + " must not hold NUL or control characters", field};
  }
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (length >= 1 && length <= longest) return ok();
  return Error{ErrorCode::kInvalidArgument,
               std::string(field) + " must have 1 to " + std::to_string(longest) +
                   " characters, got " + std::to_string(length),
               field};
}

bool is_number_after(std::string_view text, std::string_view start, std::int64_t first,
                     std::int64_t last) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  const bool plain = text == std::to_string(number);  // No sign and no leading zeros.
  return whole && plain && number >= first && number <= last;
}

Status check_at(const std::string& at) {
  if (at == "playhead" || is_number_after(at, "sample:", 0, kLastSample) ||
      is_number_after(at, "bar:", 1, kLastBar)) {
    return ok();
  }
  return Error{ErrorCode::kInvalidArgument,
               "at must be playhead, sample:N (0 to " + std::to_string(kLastSample) +
                   ") or bar:N (1 to " + std::to_string(kLastBar) + "), got \"" +
                   escaped_for_terminal(at) + "\"",
               "at"};
}

Status expect_known_fields(const boost::json::object& object) {
  constexpr std::array<std::string_view, 5> kFields = {"take_id", "session", "track", "at",
                                                       "idempotency_key"};
  for (const auto& [key, value] : object) {
    const std::string name(key.data(), key.size());
    if (std::find(kFields.begin(), kFields.end(), name) != kFields.end()) continue;
    return Error{ErrorCode::kInvalidArgument,
                 "an insertion has no field \"" + escaped_for_terminal(name) + "\"", name};
  }
  return ok();
}

}  // namespace

std::string_view to_string(InsertionStatus status) {
  for (const auto& [value, name] : kNames) {
    if (value == status) return name;
  }
  return {};
}

std::optional<InsertionStatus> parse_insertion_status(std::string_view name) {
  for (const auto& [value, candidate] : kNames) {
    if (candidate == name) return value;
  }
  return std::nullopt;
}

Status check(const InsertionRequest& request) {
  if (Status fine = check_text("take_id", request.take_id, kLongestTakeId); !fine) return fine;
  if (request.session) {
    if (Status fine = check_text("session", *request.session, kLongestSession); !fine) return fine;
  }
  if (request.idempotency_key) {
    Status fine = check_text("idempotency_key", *request.idempotency_key, kLongestInsertionKey);
    if (!fine) return fine;
  }
  if (Status fine = check_text("track", request.track, kLongestTrack); !fine) return fine;
  return check_at(request.at);
}

std::string encode(const InsertionRequest& message) {
  return write_json(object_of(message));
}
std::string encode(const InsertionView& message) {
  return write_json(object_of(message));
}
std::string encode(const InsertionOrder& message) {
  return write_json(object_of(message));
}
std::string encode(const InsertionOutcome& message) {
  return write_json(object_of(message));
}
std::string encode(const ArdourFacts& message) {
  return write_json(object_of(message));
}

template <>
Result<InsertionRequest> decode(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return object.error();
  if (Status known = expect_known_fields(*object); !known) return known.error();
  InsertionRequest request;
  if (Status read = read_fields(*object, "", request); !read) return read.error();
  if (Status fine = check(request); !fine) return fine.error();
  return request;
}
template <>
Result<InsertionView> decode(std::string_view text) {
  return decode_fields<InsertionView>(text);
}
template <>
Result<InsertionOrder> decode(std::string_view text) {
  return decode_fields<InsertionOrder>(text);
}
template <>
Result<InsertionOutcome> decode(std::string_view text) {
  return decode_fields<InsertionOutcome>(text);
}
template <>
Result<ArdourFacts> decode(std::string_view text) {
  return decode_fields<ArdourFacts>(text);
}

}  // namespace dgx::protocol
