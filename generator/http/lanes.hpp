// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "generator/http/asio.hpp"
#include "generator/http/handlers.hpp"
#include "generator/http/work_lane.hpp"

namespace dgx::http {

inline void wait_for_memory() {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Posts what somebody waits for: without memory there is nothing else to do than to wait for some.
/// Threads: any.
template <typename Handler>
void post_in_any_case(net::io_context& context, Handler handler) {
  for (;;) {
    try {
      return net::post(context, handler);
    } catch (const std::bad_alloc&) {
      wait_for_memory();
    }
  }
}

/// The lanes of a server, and the way of a coroutine to one of them and back.
/// Threads: the one that runs `context`.
class Lanes {
 public:
  /// `context` outlives the lanes.
  explicit Lanes(net::io_context& context) : context_(context) {}

  /// Does `work` on a lane, and comes back with what it gave; with nothing where the lane has too
  /// much to do, or there was no memory for it. `work` has what it needs, or refers to what lasts
  /// as long as the lanes: Boost.Asio ends a coroutine that has no memory to wait. It has a name
  /// where it is called: GCC 12 destroys a temporary of such an expression twice.
  template <typename Work>
  Awaitable<std::optional<std::invoke_result_t<Work&>>> on(Lane which, Work work) {
    const auto errand = std::make_shared<Errand<Work>>(context_, std::move(work));
    const bool posted = lane(which).post([this, errand](bool in_time) {
      if (in_time) errand->run();
      // Not before the coroutine waits.
      post_in_any_case(context_, [errand] { errand->done.cancel(); });
    });
    if (posted) co_await errand->done.async_wait(kAsTuple);
    co_return std::move(errand->given);
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

  template <typename Work>
  struct Errand {
    Errand(net::io_context& context, Work what)
        : work(std::move(what)), done(context, net::steady_timer::time_point::max()) {}

    void run() {
      try {
        given = work();
      } catch (const std::bad_alloc&) {
        given.reset();
      }
    }

    Work work;
    std::optional<std::invoke_result_t<Work&>> given{};
    net::steady_timer done;
  };

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
