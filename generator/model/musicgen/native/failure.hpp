// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <utility>

#include "generator/base/error.hpp"

namespace dgx::musicgen {

/// What is thrown inside libdgx-musicgen, where libtorch throws too. It is caught once, at the
/// library's border, and handed on as the error it holds.
class Failure {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  Failure(ErrorCode code, std::string message) : error_{code, std::move(message)} {}

  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

/// Throws kCancelled once the token was triggered.
inline void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Failure(ErrorCode::kCancelled, "cancelled");
}

}  // namespace dgx::musicgen
