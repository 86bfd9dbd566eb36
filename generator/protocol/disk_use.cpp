// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/disk_use.hpp"

#include <array>

#include "generator/protocol/disk_use_fields.hpp"
#include "generator/protocol/field_checks.hpp"
#include "generator/protocol/json_fields.hpp"

namespace dgx::protocol {
Status check_kept(const std::vector<std::string>& keep) {
  if (keep.size() > static_cast<std::size_t>(kMostKept)) {
    return Error{ErrorCode::kInvalidArgument,
                 "keep must have at most " + std::to_string(kMostKept) + " ids, got " +
                     std::to_string(keep.size()),
                 "keep"};
  }
  for (const std::string& id : keep) {
    if (Status fine = check_text("keep", id, 1, kLongestKept); !fine) return fine;
  }
  return ok();
}

std::string encode(const DiskUse& message) {
  return write_json(object_of(message));
}
std::string encode(const DiscardRequest& message) {
  return write_json(object_of(message));
}
std::string encode(const Discarded& message) {
  return write_json(object_of(message));
}

template <>
Result<DiskUse> decode(std::string_view text) {
  return decode_fields<DiskUse>(text);
}
template <>
Result<DiscardRequest> decode(std::string_view text) {
  constexpr std::array<std::string_view, 1> kFields = {"keep"};
  const auto object = parse_object(text);
  if (!object) return object.error();
  if (Status known = expect_fields("a discard", *object, kFields); !known) return known.error();
  DiscardRequest request;
  if (Status read = read_fields(*object, "", request); !read) return read.error();
  if (Status fine = check_kept(request.keep); !fine) return fine.error();
  return request;
}
template <>
Result<Discarded> decode(std::string_view text) {
  return decode_fields<Discarded>(text);
}

}  // namespace dgx::protocol
