// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "generator/http/asio.hpp"
#include "generator/http/lanes.hpp"

namespace dgx::http {

/// A sign of life from where there would be none if the server hung: each beat has gone through the
/// loop of the sockets and the lanes that read and write the database. A lane with much to do is
/// late with it, and one that is stuck never comes back. Files may lie on disks that sleep, and are
/// left out.
/// Threads: the one that runs `context`.
class Pulse {
 public:
  /// Beats once where `every` is nothing. `context` and `lanes` outlive the pulse.
  Pulse(net::io_context& context, Lanes& lanes, std::function<void()> beat,
        std::optional<std::chrono::microseconds> every)
      : context_(context), lanes_(lanes), beat_(std::move(beat)), every_(every) {}

  [[nodiscard]] bool is_wanted() const { return static_cast<bool>(beat_); }

  Awaitable<void> run() {
    net::steady_timer timer(context_);
    auto turn = [] { return true; };
    for (;;) {
      co_await lanes_.on(Lane::kReads, turn);
      co_await lanes_.on(Lane::kWrites, turn);
      beat_();
      if (!every_) co_return;
      timer.expires_after(*every_);
      co_await timer.async_wait(kAsTuple);
    }
  }

 private:
  net::io_context& context_;
  Lanes& lanes_;
  std::function<void()> beat_;
  std::optional<std::chrono::microseconds> every_;
};

}  // namespace dgx::http
