// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/client/http_exchange.hpp"

namespace dgx::client {

/// One server-sent event.
struct Event {
  std::optional<std::int64_t> id{};  ///< Of what is kept; progress has none
  std::string kind{};                ///< "completed", "progress", ...
  std::string data{};                ///< JSON
};

/// An open event stream. Threads: one at a time.
class EventReader {
 public:
  EventReader(UniqueFd socket, HttpReader reader)
      : socket_(std::move(socket)), reader_(std::move(reader)) {}

  /// Waits for the next event. kUnavailable where the service ended the stream or said nothing for
  /// so long, not even that it is still there; kCancelled where the client's interrupt was raised.
  Result<Event> next(std::chrono::milliseconds patience = std::chrono::seconds(45));

 private:
  UniqueFd socket_;
  HttpReader reader_;
};

}  // namespace dgx::client
