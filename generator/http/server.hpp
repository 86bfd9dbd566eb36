// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "generator/base/unique_fd.hpp"
#include "generator/http/handlers.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::http {

struct ServerOptions {
  protocol::Limits limits{};
  UniqueFd unix_socket{};                                ///< Listening, not blocking
  UniqueFd tcp_socket{};                                 ///< The same on loopback; invalid: no TCP
  std::string tcp_token{};                               ///< That calls over TCP have to bear
  std::optional<std::chrono::milliseconds> idle_exit{};  ///< Leave after so long without anything
  /// Called on the thread of run() once calls are answered, and then every so long while they are.
  std::function<void()> beat{};
  std::optional<std::chrono::microseconds> beat_every{};  ///< Nothing: only once
};

/// The API over HTTP/1.1: one thread for all sockets, one a lane for what may wait for a disk.
/// Every limit is looked at before what it guards is parsed.
///
/// Threads: run() on one; stop() and notify() on any. ServiceParts are used on the lanes.
class Server {
 public:
  Server(ServerOptions options, const ServiceParts& parts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until stop(), or until it has been idle for long enough.
  void run();
  /// Calls that are being answered get no answer; a client that sent a change asks again with its
  /// idempotency key.
  void stop();
  /// Something happened that event streams may want to know.
  void notify();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace dgx::http
