// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "generator/base/result.hpp"

namespace dgx::protocol {

/// What a text may cost whoever reads it. A reader of untrusted files sets every number.
struct JsonLimits {
  std::size_t levels = 16;             ///< Objects and arrays inside each other
  std::size_t open_members = 65'536;   ///< Members of all objects that are open at one time
  std::size_t string_bytes = 1 << 20;  ///< Of one name or string, after its escapes are read
};

/// A value that holds no others. The view is good during the call that hands it over.
using JsonScalar =
    std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string_view>;

/// Receives a text value by value, in its order, so that a reader keeps only what it wants. The
/// first error that a call returns ends the reading and becomes its result.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual Status on_object_begin() = 0;
  virtual Status on_object_end() = 0;
  virtual Status on_array_begin() = 0;
  virtual Status on_array_end() = 0;
  virtual Status on_name(std::string_view name) = 0;  ///< Of the member whose value follows
  virtual Status on_scalar(const JsonScalar& value) = 0;
};

/// Reads strict JSON: UTF-8, one value, no name twice in an object, no number that a double cannot
/// hold. Whole numbers arrive as int64 where they fit, as uint64 above that, and everything
/// written with a point or an exponent as double. Memory: the names of open objects and one
/// string, whatever the text's size.
///
/// Failure: kMalformed, also for a text beyond the limits; or what an event returned.
Status read_json_events(std::string_view text, const JsonLimits& limits, JsonEvents& events);

}  // namespace dgx::protocol
