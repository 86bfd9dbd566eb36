// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "generator/http/message.hpp"

namespace dgx::http {

/// Matches a request line to a call of protocol::kApiCalls. The answer is a refusal where the path
/// is not known (404), does not take the method (405), or is not readable (400), and where a query
/// field is not known (422).
std::variant<Call, Answer> route(std::string_view method, std::string_view target);

/// "a%20b" as "a b"; nothing where it is not readable. With `plus`, '+' stands for a blank.
std::optional<std::string> percent_decoded(std::string_view text, bool plus);

}  // namespace dgx::http
