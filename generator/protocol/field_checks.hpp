// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/protocol/json.hpp"

// Private to the codecs: what several messages ask of their fields.
namespace dgx::protocol {

/// `shortest` to `longest` characters and no control characters, or kInvalidArgument for `field`.
Status check_text(const char* field, const std::string& text, std::int64_t shortest,
                  std::int64_t longest);

/// kInvalidArgument for the first field of `object` that is not in `known`: "a change has no field
/// ...". `what` is the message with its article.
Status expect_fields(const char* what, const boost::json::object& object,
                     std::span<const std::string_view> known);

}  // namespace dgx::protocol
