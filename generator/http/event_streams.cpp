// SPDX-License-Identifier: Apache-2.0
#include "generator/http/event_streams.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <tuple>
#include <utility>

namespace dgx::http {
namespace {

using namespace std::chrono_literals;

constexpr int kEventPage = 200;
constexpr auto kStreamSign = 15s;      // Tells both sides that the other one is still there.
constexpr int kWokenAtOnce = 32;       // Listeners, before others get their turn.
constexpr auto kProgressPause = 50ms;  // Between two reports of progress.

}  // namespace

EventStreams::EventStreams(net::io_context& context, Lanes& lanes, const ServiceParts& parts,
                           Counters& counters, const protocol::Limits& limits)
    : context_(context), lanes_(lanes), parts_(parts), counters_(counters), limits_(limits) {
  if (const auto range = parts_.reader.event_range()) tail_.begin_after(range->second);
}

void EventStreams::notify() {
  if (notified_.exchange(true)) return;
  post_in_any_case(context_, [this] { on_change(); });
}

void EventStreams::on_change() {
  notified_ = false;
  const auto now = std::chrono::steady_clock::now();
  last_change_ = now;
  if (now - last_progress_ >= kProgressPause) {
    last_progress_ = now;
    tail_.set_progress(parts_.scheduler.running());
  } else if (!progress_is_due_) {
    // The last report counts, however soon it came after the one before.
    progress_timer_.expires_at(last_progress_ + kProgressPause);
    progress_timer_.async_wait([this](const error_code& error) {
      progress_is_due_ = false;
      if (!error) on_change();
    });
    progress_is_due_ = true;
  }
  tail_.set_held(parts_.scheduler.gpu_hold().held());
  changed_ = true;
  look();
}

// A timer among the waiters, for as long as its coroutine waits.
class EventStreams::Waiting {
 public:
  Waiting(std::shared_ptr<std::set<net::steady_timer*>> waiters, net::steady_timer& timer)
      : waiters_(std::move(waiters)), timer_(&timer) {
    waiters_->insert(timer_);
  }
  ~Waiting() { waiters_->erase(timer_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::shared_ptr<std::set<net::steady_timer*>> waiters_;
  net::steady_timer* timer_;
};

void EventStreams::look() {
  if (!*pulling_) net::co_spawn(context_, pull_events(Lasting(context_, pulling_)), net::detached);
}

void EventStreams::look_again() {
  changed_ = true;
  look();
}

Awaitable<void> EventStreams::pull_events(Lasting pulling) {
  while (std::exchange(changed_, false)) {
    bool more = true;
    while (more) more = co_await pull_page();
    co_await wake_waiters();
  }
  pulling.end();
}

// True where there may be more.
Awaitable<bool> EventStreams::pull_page() {
  const std::int64_t last = tail_.last_sequence();
  const auto events = co_await lanes_.on(
      Lane::kReads, [this, last] { return parts_.reader.events_after(last, "", kEventPage); });
  if (!events || !*events) co_return false;
  for (const auto& event : **events) tail_.add(event);
  co_return (*events)->size() == static_cast<std::size_t>(kEventPage);
}

// Some at a time: calls get their turn in between, however many listen.
Awaitable<void> EventStreams::wake_waiters() {
  for (auto next = waiters_->begin(); next != waiters_->end();) {
    net::steady_timer* last = nullptr;
    for (int i = 0; i < kWokenAtOnce && next != waiters_->end(); ++i, ++next) {
      last = *next;
      last->cancel();
    }
    co_await net::post(context_, net::use_awaitable);
    next = waiters_->upper_bound(last);
  }
}

Awaitable<bool> EventStreams::wait_for_change(std::chrono::steady_clock::time_point deadline) {
  net::steady_timer timer(context_, deadline);
  const Waiting waiting(waiters_, timer);
  const auto [error] = co_await timer.async_wait(kAsTuple);
  co_return static_cast<bool>(error);
}

// What the socket has room for is sent at once: waiting for it would cost a thousand listeners as
// many turns through the queue of the context.
Awaitable<bool> EventStreams::write_text(Stream& stream, std::string_view text) {
  error_code error;
  const std::size_t sent = stream.socket().write_some(net::buffer(text.data(), text.size()), error);
  if (sent == text.size()) co_return true;
  if (error && error != net::error::would_block) co_return false;
  text.remove_prefix(sent);
  stream.expires_after(limits_.write);
  std::tie(error, std::ignore) =
      co_await net::async_write(stream, net::buffer(text.data(), text.size()), kAsTuple);
  stream.expires_never();
  if (error == beast::error::timeout) ++counters_.timed_out_connections;
  co_return !error;
}

Awaitable<void> EventStreams::follow(Stream& stream, const std::string& job_id,
                                     std::optional<std::int64_t> last_id) {
  constexpr std::string_view kHead =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "Connection: close\r\n\r\n";
  // Who looks at a job after the head is told of each change since.
  std::int64_t held_told = tail_.held_changes();
  error_code refused;
  stream.socket().non_blocking(true, refused);
  if (refused || !co_await write_text(stream, kHead)) co_return;
  // Without a number: all of a job, but of all jobs only what is to come.
  std::int64_t sent = job_id.empty() ? tail_.last_sequence() : 0;
  if (last_id) sent = std::min(*last_id, tail_.last_sequence());
  if (last_id) {
    const bool told = co_await tell_gap(stream, sent);
    if (!told) co_return;
  }
  std::int64_t progress_sent = 0;
  for (;;) {
    bool behind = false;
    bool ended = false;
    const EventText* next = tail_.next_after(sent, behind);
    const EventText& progress = tail_.progress();
    bool written = true;
    if (behind) {
      written = co_await catch_up(stream, job_id, sent, ended);
    } else if (next != nullptr) {
      const EventText event = *next;
      sent = event.sequence;
      if (!job_id.empty() && event.job_id != job_id) continue;
      ended = event.ends_job;
      written = co_await write_text(stream, *event.text);
    } else if (progress.sequence > progress_sent && (job_id.empty() || progress.job_id == job_id)) {
      progress_sent = progress.sequence;
      const auto text = progress.text;
      written = co_await write_text(stream, *text);
    } else if (tail_.held_changes() > held_told) {
      held_told = tail_.held_changes();
      written = co_await write_text(stream, "event: waits\ndata: {}\n\n");
    } else if (!co_await wait_for_change(std::chrono::steady_clock::now() + kStreamSign)) {
      written = co_await write_text(stream, ": still here\n\n");
    }
    if (!written || (ended && !job_id.empty())) co_return;
  }
}

// Events that are kept no longer cannot be sent again; who missed some is told so.
Awaitable<bool> EventStreams::tell_gap(Stream& stream, std::int64_t sent) {
  const auto range =
      co_await lanes_.on(Lane::kReads, [this] { return parts_.reader.event_range(); });
  if (!range || !*range || (*range)->first <= sent + 1) co_return true;
  co_return co_await write_text(stream, "event: gap\ndata: {}\n\n");
}

// A page of events from the database.
Awaitable<bool> EventStreams::catch_up(Stream& stream, const std::string& job_id,
                                       std::int64_t& sent, bool& ended) {
  const std::int64_t last = tail_.last_sequence();
  auto look = [this, sent, job_id] { return parts_.reader.events_after(sent, job_id, kEventPage); };
  const auto events = co_await lanes_.on(Lane::kReads, std::move(look));
  if (!events || !*events) co_return false;
  std::string text;
  for (const auto& event : **events) {
    const EventText one = event_text(event);
    text += *one.text;
    ended = ended || one.ends_job;
    sent = event.sequence;
  }
  if ((*events)->size() < static_cast<std::size_t>(kEventPage)) sent = std::max(sent, last);
  if (text.empty()) co_return true;
  co_return co_await write_text(stream, text);
}

}  // namespace dgx::http
