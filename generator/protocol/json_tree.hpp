// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/json_events.hpp"

namespace dgx::protocol {

/// One value of a JSON text that has no struct of its own in this folder, such as a file that
/// another program wrote. A plain value; owns what it holds.
struct JsonTree {
  using Array = std::vector<JsonTree>;
  using Object = std::vector<std::pair<std::string, JsonTree>>;  ///< In the order of the text

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array,
               Object>
      value = nullptr;

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(value); }
  /// The member of that name; nullptr where there is none, and where this is no object.
  [[nodiscard]] const JsonTree* find(std::string_view name) const;
};

/// Reads strict JSON (see read_json_events()) of at most `most_values` values, which bounds the
/// memory to about 80 bytes a value besides the texts. Failure: kMalformed.
Result<JsonTree> read_json_tree(std::string_view text, const JsonLimits& limits,
                                std::size_t most_values);

}  // namespace dgx::protocol
