// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

// Private to the codecs: strict reading and readable writing around Boost.JSON.
namespace dgx::protocol {

/// Reads strict JSON: UTF-8, no duplicate keys, numbers that a double can hold, at most 16 levels.
Result<boost::json::value> parse_json(std::string_view text);

/// Writes numbers as people do (84, not 8.4E1) and keeps the order of keys. `indent` 0 gives one
/// line.
std::string write_json(const boost::json::value& value, int indent = 0);

/// Text as Boost.JSON keeps it.
inline boost::json::string text_of(std::string_view text) {
  return boost::json::string(text.data(), text.size());
}

/// A text that this program wrote itself, as a value again; null where there is none. One that
/// cannot be read is told, not dropped: it stands in the output as text.
boost::json::value embedded(std::string_view text);

}  // namespace dgx::protocol
