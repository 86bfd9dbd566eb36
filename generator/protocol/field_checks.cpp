// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/field_checks.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"

namespace dgx::protocol {

Status check_text(const char* field, const std::string& text, std::int64_t shortest,
                  std::int64_t longest) {
  for (std::size_t position = 0; position < text.size();) {
    const auto code_point = next_code_point(text, position);
    if (code_point && !is_control(*code_point)) continue;
    return Error{ErrorCode::kInvalidArgument,
                 std::string(field) + " must not hold NUL or control characters", field};
  }
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (length >= shortest && length <= longest) return ok();
  return Error{ErrorCode::kInvalidArgument,
               std::string(field) + " must have " + std::to_string(shortest) + " to " +
                   std::to_string(longest) + " characters, got " + std::to_string(length),
               field};
}

Status expect_fields(const char* what, const boost::json::object& object,
                     std::span<const std::string_view> known) {
  for (const auto& [key, value] : object) {
    const std::string name(key.data(), key.size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Error{ErrorCode::kInvalidArgument,
                 std::string(what) + " has no field \"" + escaped_for_terminal(name) + "\"", name};
  }
  return ok();
}

}  // namespace dgx::protocol
