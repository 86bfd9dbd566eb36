// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/insertion.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "generator/base/utf8.hpp"
#include "generator/protocol/field_checks.hpp"
#include "generator/protocol/insertion_fields.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/name_table.hpp"

namespace dgx::protocol {
namespace {

constexpr std::array<std::pair<InsertionStatus, std::string_view>, 5> kNames = {{
    {InsertionStatus::kWaiting, "waiting"},
    {InsertionStatus::kClaimed, "claimed"},
    {InsertionStatus::kDone, "done"},
    {InsertionStatus::kFailed, "failed"},
    {InsertionStatus::kCancelled, "cancelled"},
}};

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

}  // namespace

std::string_view to_string(InsertionStatus status) {
  return name_of(kNames, status);
}

std::optional<InsertionStatus> parse_insertion_status(std::string_view name) {
  return value_of<InsertionStatus>(kNames, name);
}

Status check(const InsertionRequest& request) {
  if (Status fine = check_text("take_id", request.take_id, 1, kLongestTakeId); !fine) return fine;
  if (request.session) {
    if (Status fine = check_text("session", *request.session, 1, kLongestSession); !fine)
      return fine;
  }
  if (request.idempotency_key) {
    Status fine = check_text("idempotency_key", *request.idempotency_key, 1, kLongestInsertionKey);
    if (!fine) return fine;
  }
  if (Status fine = check_text("track", request.track, 1, kLongestTrack); !fine) return fine;
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
  constexpr std::array<std::string_view, 5> kFields = {"take_id", "session", "track", "at",
                                                       "idempotency_key"};
  const auto object = parse_object(text);
  if (!object) return object.error();
  if (Status known = expect_fields("an insertion", *object, kFields); !known) return known.error();
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
