// SPDX-License-Identifier: Apache-2.0
#include "generator/http/work_lane.hpp"

#include <new>
#include <utility>

namespace dgx::http {

WorkLane::WorkLane(std::size_t most_waiting, std::chrono::milliseconds patience)
    : most_waiting_(most_waiting), patience_(patience), thread_([this] { work(); }) {}

WorkLane::~WorkLane() {
  stop();
}

bool WorkLane::post(Task task) {
  const MutexLock lock(mutex_);
  if (stopped_ || waiting_.size() >= most_waiting_) return false;
  try {
    waiting_.push_back({std::move(task), Clock::now()});
  } catch (const std::bad_alloc&) {
    return false;
  }
  arrived_.notify_one();
  return true;
}

void WorkLane::stop() {
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void WorkLane::work() {
  for (;;) {
    Waiting next;
    bool in_time = false;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopped_) arrived_.wait(lock.native());
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
      in_time = !stopped_ && Clock::now() - next.since < patience_;
    }
    next.task(in_time);
  }
}

}  // namespace dgx::http
