// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "generator/http/asio.hpp"
#include "generator/http/event_log_tail.hpp"
#include "generator/http/handlers.hpp"
#include "generator/http/lanes.hpp"
#include "generator/http/lasting.hpp"
#include "generator/http/metrics.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::http {

/// What happens, told to whoever listens: reads new events once for all, and sends each listener
/// what is new to him, at his own pace.
/// Threads: notify() on any, all else on the one that runs `context`.
class EventStreams {
 public:
  using Clock = std::chrono::steady_clock;

  /// All of them outlive the streams.
  EventStreams(net::io_context& context, Lanes& lanes, const ServiceParts& parts,
               Counters& counters, const protocol::Limits& limits);

  /// Something happened that listeners may want to know.
  void notify();
  /// The same on the context's own thread, where a look may have been given up for want of memory.
  void look_again();
  /// When something happened last; the start, where nothing did.
  [[nodiscard]] Clock::time_point last_change() const { return last_change_; }
  /// True where something happened before the deadline.
  Awaitable<bool> wait_for_change(Clock::time_point deadline);
  /// Answers with an event stream until the listener is gone, or the one job it is about has come
  /// to its end. An empty `job_id` stands for all jobs; `last_id` is the event that the listener
  /// saw last.
  Awaitable<void> follow(Stream& stream, const std::string& job_id,
                         std::optional<std::int64_t> last_id);

 private:
  void on_change();
  void look();
  class Waiting;
  Awaitable<void> pull_events(Lasting pulling);
  Awaitable<bool> pull_page();
  Awaitable<void> wake_waiters();
  Awaitable<bool> write_text(Stream& stream, std::string_view text);
  Awaitable<bool> tell_gap(Stream& stream, std::int64_t sent);
  Awaitable<bool> catch_up(Stream& stream, const std::string& job_id, std::int64_t& sent,
                           bool& ended);

  net::io_context& context_;
  Lanes& lanes_;
  const ServiceParts& parts_;
  Counters& counters_;
  const protocol::Limits& limits_;
  EventLogTail tail_{limits_.events_waiting};
  // Shared with coroutines, which the context ends when it comes to its own end.
  std::shared_ptr<std::set<net::steady_timer*>> waiters_ =
      std::make_shared<std::set<net::steady_timer*>>();
  std::shared_ptr<bool> pulling_ = std::make_shared<bool>(false);
  std::atomic<bool> notified_{false};
  bool changed_ = false;  // Since the last look into the database.
  Clock::time_point last_change_ = Clock::now();
  Clock::time_point last_progress_{};
  net::steady_timer progress_timer_{context_};
  bool progress_is_due_ = false;
};

}  // namespace dgx::http
