// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/error_codes.hpp"

#include <array>

namespace dgx::protocol {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int exit_code;
};

constexpr std::array<Row, 16> kRows = {{
    {ErrorCode::kInvalidArgument, "invalid_argument", 2},
    {ErrorCode::kMalformed, "malformed", 2},
    {ErrorCode::kNotFound, "not_found", 2},
    {ErrorCode::kConflict, "conflict", 2},
    {ErrorCode::kUnavailable, "unavailable", 2},
    {ErrorCode::kCancelled, "cancelled", 130},
    {ErrorCode::kOutOfMemory, "out_of_memory", 1},
    {ErrorCode::kDiskFull, "disk_full", 2},
    {ErrorCode::kIo, "io", 2},
    {ErrorCode::kCorrupt, "corrupt", 2},
    {ErrorCode::kUnsupportedVersion, "unsupported_version", 2},
    {ErrorCode::kMissingDependency, "missing_dependency", 2},
    {ErrorCode::kEngineCrashed, "engine_crashed", 1},
    {ErrorCode::kEngineHung, "engine_hung", 1},
    {ErrorCode::kAttemptsExhausted, "attempts_exhausted", 1},
    {ErrorCode::kInternal, "internal", 1},
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

}  // namespace dgx::protocol
