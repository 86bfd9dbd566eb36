// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace dgx {

/// What kind of failure a caller has to deal with. Their names on the wire, their HTTP status and
/// their exit codes live in protocol/error_codes.hpp.
enum class ErrorCode {
  kInvalidArgument,     ///< A field is out of its range, or two fields contradict each other.
  kMalformed,           ///< Not parseable: not JSON, not UTF-8, NaN, a number no double can hold.
  kNotFound,            ///< Nothing has that id, name or path.
  kConflict,            ///< It exists already, or is in a state that forbids the call.
  kUnavailable,         ///< Busy or locked for now; the same call may work later.
  kCancelled,           ///< Someone asked for it to stop.
  kOutOfMemory,         ///< Memory ran out; smaller work may succeed.
  kDiskFull,            ///< The file system has no room; frees itself when space does.
  kIo,                  ///< Reading or writing failed for another reason.
  kCorrupt,             ///< Data on disk is not what it has to be.
  kUnsupportedVersion,  ///< Written by a newer program; left untouched.
  kMissingDependency,   ///< A package or file that the work needs is not installed.
  kEngineCrashed,       ///< The engine process ended in the middle of a job.
  kEngineHung,          ///< The engine process missed its deadline or its heartbeats.
  kAttemptsExhausted,   ///< The job failed as often as it may be tried.
  kTooLarge,            ///< Longer than the limit that the message names.
  kForbidden,           ///< Whoever calls may not do that.
  kRateLimited,         ///< Too many calls in too short a time.
  kInternal,            ///< A defect of ours.
};

/// A failure that a caller is expected to handle. `message` is one sentence for a person that
/// names the thing and both values ("duration must be 1 to 300 seconds, got 900").
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string field{};  ///< The request field at fault; empty where there is none.
};

}  // namespace dgx
