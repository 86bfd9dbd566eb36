// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "generator/base/unique_fd.hpp"

namespace dgx::app {

/// The way back to the service manager that started this process and wants to hear from it: systemd
/// with Type=notify and WatchdogSec. It is a datagram to a socket, for which the service need not
/// have libsystemd in its memory. https://www.freedesktop.org/software/systemd/man/sd_notify.html
/// Without a manager all of it does nothing. Threads: one at a time.
class ManagerLink {
 public:
  ManagerLink() = default;
  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: no engine is to
  /// speak for the service. To be called before there are other threads.
  static ManagerLink from_environment();

  [[nodiscard]] bool is_there() const { return socket_.valid(); }
  /// Says that the service answers, and after the first time that it still does. Waits for a
  /// manager that does not read for a second at most.
  void beat();
  /// How often the manager has to be told: twice in the time after which it ends the service.
  /// Nothing where it does not watch.
  [[nodiscard]] std::optional<std::chrono::microseconds> beat_every() const { return beat_every_; }

 private:
  UniqueFd socket_{};
  std::optional<std::chrono::microseconds> beat_every_{};
  bool is_ready_ = false;
};

}  // namespace dgx::app
