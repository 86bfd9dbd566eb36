// SPDX-License-Identifier: Apache-2.0
#include "generator/http/insertion_watch.hpp"

#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "generator/base/log.hpp"

namespace dgx::http {
namespace {

using namespace std::chrono_literals;

// After a look that failed: the lane is busy, or the database locked.
constexpr auto kTryAgain = 1s;

}  // namespace

InsertionWatch::InsertionWatch(net::io_context& context, Lanes& lanes, jobs::InsertionDesk& desk,
                               std::function<void()> on_change)
    : lanes_(lanes), desk_(desk), on_change_(std::move(on_change)), changes_(context) {
  if (desk_.watch() >= 0) changes_.assign(::dup(desk_.watch()));
}

Awaitable<void> InsertionWatch::run() {
  for (;;) {
    const auto again = co_await look();
    net::steady_timer timer(changes_.get_executor());
    if (again) {
      timer.expires_at(*again);
      timer.async_wait([this](const error_code& error) {
        if (!error) changes_.cancel();
      });
    }
    const auto [error] =
        co_await changes_.async_wait(net::posix::stream_descriptor::wait_read, kAsTuple);
    if (error && error != net::error::operation_aborted) co_return;
  }
}

Awaitable<std::optional<InsertionWatch::Clock::time_point>> InsertionWatch::look() {
  const auto looked = co_await lanes_.on(Lane::kWrites, [&] { return desk_.look(); });
  if (!looked || !*looked) {
    if (looked) log::warning("insertions: " + looked->error().message);
    co_return Clock::now() + kTryAgain;
  }
  has_open_ = (*looked)->again.has_value();
  if ((*looked)->changed) on_change_();
  co_return (*looked)->again;
}

}  // namespace dgx::http
