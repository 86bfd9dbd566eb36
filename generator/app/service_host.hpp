// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"

namespace dgx::app {

struct ServiceOptions {
  std::optional<std::uint16_t> tcp_port{};  ///< 0: any that is free; none: no TCP
  std::optional<std::chrono::milliseconds> idle_exit{};
};

/// The service: lock, stores, engines, scheduler and server, put together. It has the data folder
/// to itself; what a process before left in the middle is taken up again before anyone can ask.
/// Threads: open() and run() on one; the token may be triggered on any.
class ServiceHost {
 public:
  /// kConflict where another process works on the data folder.
  static Result<std::unique_ptr<ServiceHost>> open(const Settings& settings,
                                                   const ServiceOptions& options);
  ~ServiceHost();
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  /// Serves until `stop`, or until nobody has needed it for long enough. A job that runs then goes
  /// back into the queue.
  void run(const std::stop_token& stop);

 private:
  struct Parts;
  explicit ServiceHost(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// What a service was started with, as a short hash: two that differ would answer differently.
std::string settings_hash(const Settings& settings);

}  // namespace dgx::app
