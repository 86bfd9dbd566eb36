// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>

#include "generator/base/mutex.hpp"

namespace dgx::http {

/// A thread that does one thing after another, so that what waits for a disk does not keep the
/// sockets waiting, and what is not safe on two threads has one of its own.
/// Threads: post() and stop() from any.
class WorkLane {
 public:
  using Clock = std::chrono::steady_clock;
  /// Is told whether its turn came in time; where it did not, it only says so to whoever waits.
  using Task = std::function<void(bool in_time)>;

  /// A task that waited for longer than `patience` is told so; more than `most_waiting` are
  /// refused.
  WorkLane(std::size_t most_waiting, std::chrono::milliseconds patience);
  ~WorkLane();
  WorkLane(const WorkLane&) = delete;
  WorkLane& operator=(const WorkLane&) = delete;

  /// False where too many wait, the lane has been stopped, or there is no memory.
  [[nodiscard]] bool post(Task task);
  /// Does what is still waiting, as not in time, and ends the thread.
  void stop();

 private:
  struct Waiting {
    Task task;
    Clock::time_point since;
  };
  void work();

  const std::size_t most_waiting_;
  const std::chrono::milliseconds patience_;
  Mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Waiting> waiting_ DGX_GUARDED_BY(mutex_);
  bool stopped_ DGX_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dgx::http
