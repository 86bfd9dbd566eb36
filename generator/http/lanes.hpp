// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <type_traits>

#include "generator/http/asio.hpp"
#include "generator/http/handlers.hpp"
#include "generator/http/work_lane.hpp"

namespace dgx::http {

/// The lanes of a server, and the way of a coroutine to one of them and back.
/// Threads: the one that runs `context`.
class Lanes {
 public:
  /// `context` outlives the lanes.
  explicit Lanes(net::io_context& context) : context_(context) {}

  /// Does `work` on a lane, and comes back with what it gave; with nothing where the lane has too
  /// much to do. What `work` refers to has to last as long as the coroutine.
  template <typename Work>
  Awaitable<std::optional<std::invoke_result_t<Work>>> on(Lane which, Work work) {
    using Given = std::optional<std::invoke_result_t<Work>>;
    net::steady_timer done(context_, net::steady_timer::time_point::max());
    Given given;
    const bool posted = lane(which).post([&, this](bool in_time) {
      if (in_time) given.emplace(work());
      net::post(context_, [&] { done.cancel(); });  // Not before the coroutine waits.
    });
    if (posted) co_await done.async_wait(kAsTuple);
    co_return given;
  }

  /// Ends the threads. What a lane still has to say reaches nobody: the context is not run any
  /// more.
  void stop() {
    writes_.stop();
    reads_.stop();
    files_.stop();
  }

 private:
  static constexpr std::size_t kLength = 1024;
  static constexpr auto kPatience = std::chrono::seconds(5);

  WorkLane& lane(Lane which) {
    switch (which) {
      case Lane::kReads:
        return reads_;
      case Lane::kWrites:
        return writes_;
      case Lane::kFiles:
        return files_;
    }
    return reads_;
  }

  net::io_context& context_;
  WorkLane reads_{kLength, kPatience};
  WorkLane writes_{kLength, kPatience};
  WorkLane files_{kLength, kPatience};
};

}  // namespace dgx::http
