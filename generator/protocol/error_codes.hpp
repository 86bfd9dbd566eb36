// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "generator/base/error.hpp"

// The names and numbers that an ErrorCode has outside the program.
namespace dgx::protocol {

/// "invalid_argument", "disk_full", ...: stable names for JSON and the database.
std::string_view to_string(ErrorCode code);
std::optional<ErrorCode> parse_error_code(std::string_view name);

/// 2 where the request or the machine's state has to change first, 130 for a cancelled job (as a
/// shell reports Ctrl-C), 1 where the work itself failed.
int exit_code(ErrorCode code);

/// The status of an HTTP answer: 4xx where the caller has to change something, 503 where the same
/// call may work later, other 5xx where the work or this machine failed.
int http_status(ErrorCode code);

}  // namespace dgx::protocol
