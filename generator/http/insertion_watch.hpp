// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

#include "generator/http/asio.hpp"
#include "generator/http/lanes.hpp"
#include "generator/jobs/insertion_desk.hpp"

namespace dgx::http {

/// Has the insertion desk look whenever Ardour changed a file, or somebody's patience is over.
/// Threads: the one that runs `context`; the desk itself on Lane::kWrites.
class InsertionWatch {
 public:
  /// All of them outlive the watch. `on_change` is told after something changed.
  InsertionWatch(net::io_context& context, Lanes& lanes, jobs::InsertionDesk& desk,
                 std::function<void()> on_change);

  /// False where files cannot be watched: the desk refuses what is asked of it then.
  [[nodiscard]] bool is_possible() const { return changes_.is_open(); }
  /// Goes on until the context is stopped. Only where it is possible.
  Awaitable<void> run();
  /// True while some insertion has not ended.
  [[nodiscard]] bool has_open() const { return has_open_; }

 private:
  using Clock = std::chrono::steady_clock;
  Awaitable<std::optional<Clock::time_point>> look();

  Lanes& lanes_;
  jobs::InsertionDesk& desk_;
  std::function<void()> on_change_;
  net::posix::stream_descriptor changes_;
  bool has_open_ = false;
};

}  // namespace dgx::http
