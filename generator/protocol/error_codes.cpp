// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/error_codes.hpp"

#include <array>

namespace dgx::protocol {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int exit_code;
  int http_status;
};

constexpr std::array<Row, 19> kRows = {{
    {ErrorCode::kInvalidArgument, "invalid_argument", 2, 422},
    {ErrorCode::kMalformed, "malformed", 2, 400},
    {ErrorCode::kNotFound, "not_found", 2, 404},
    {ErrorCode::kConflict, "conflict", 2, 409},
    {ErrorCode::kUnavailable, "unavailable", 2, 503},
    {ErrorCode::kCancelled, "cancelled", 130, 409},
    {ErrorCode::kOutOfMemory, "out_of_memory", 1, 503},
    {ErrorCode::kDiskFull, "disk_full", 2, 507},
    {ErrorCode::kIo, "io", 2, 500},
    {ErrorCode::kCorrupt, "corrupt", 2, 500},
    {ErrorCode::kUnsupportedVersion, "unsupported_version", 2, 500},
    {ErrorCode::kMissingDependency, "missing_dependency", 2, 503},
    {ErrorCode::kEngineCrashed, "engine_crashed", 1, 502},
    {ErrorCode::kEngineHung, "engine_hung", 1, 504},
    {ErrorCode::kAttemptsExhausted, "attempts_exhausted", 1, 500},
    {ErrorCode::kTooLarge, "too_large", 2, 413},
    {ErrorCode::kForbidden, "forbidden", 2, 403},
    {ErrorCode::kRateLimited, "rate_limited", 2, 429},
    {ErrorCode::kInternal, "internal", 1, 500},
}};

}  // namespace

std::string_view to_string(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.name;
  }
  return "internal";
}

std::optional<ErrorCode> parse_error_code(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

int exit_code(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.exit_code;
  }
  return 1;
}

int http_status(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.http_status;
  }
  return 500;
}

}  // namespace dgx::protocol
