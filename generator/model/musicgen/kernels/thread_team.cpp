// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/thread_team.hpp"

#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dgx::musicgen {
namespace {

// Some 50 microseconds: longer than it takes between two pieces of work of a step.
constexpr int kLooks = 2000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadTeam::ThreadTeam(int threads) : members_(threads) {
  for (int member = 1; member < threads; ++member) {
    helpers_.emplace_back([this, member] { help(member); });
  }
}

ThreadTeam::~ThreadTeam() {
  ended_.store(true);
  set_members(size() + 1);  // Wakes those who were left out.
  calls_.fetch_add(1);
  calls_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void ThreadTeam::set_members(int members) {
  if (members_.exchange(members) != members) members_.notify_all();
}

void ThreadTeam::run_work(Work work) {
  next_.store(0, std::memory_order_relaxed);
  if (members() == 1) {
    work.call(work.context, 0);
    return;
  }
  work_ = work;
  const std::uint64_t closed = door_.load(std::memory_order_relaxed);
  door_.store((closed + kNumber) | kOpen);
  if (sleepers_.load() > 0) {
    calls_.fetch_add(1);
    calls_.notify_all();
  }
  work.call(work.context, 0);
  if ((door_.fetch_and(~kOpen, std::memory_order_acq_rel) & kInside) != 0) wait_for_helpers();
}

void ThreadTeam::wait_for_helpers() {
  const auto start = std::chrono::steady_clock::now();
  for (int looks = 0; (door_.load(std::memory_order_acquire) & kInside) != 0; ++looks) {
    if (looks < kLooks) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
  seconds_waited_ +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// `last` is the work that this helper was at before: once is enough.
bool ThreadTeam::enter(std::uint64_t& last) {
  std::uint64_t door = door_.load(std::memory_order_relaxed);
  while ((door & kOpen) != 0 && door / kNumber != last) {
    if (door_.compare_exchange_weak(door, door + 1, std::memory_order_acquire)) {
      last = door / kNumber;
      return true;
    }
  }
  return false;
}

void ThreadTeam::help(int member) {
  std::uint64_t last = 0;
  int looks = 0;
  while (!ended_.load(std::memory_order_relaxed)) {
    if (const int members = members_.load(); member >= members) {
      members_.wait(members);
    } else if (enter(last)) {
      work_.call(work_.context, member);
      door_.fetch_sub(1, std::memory_order_release);
      looks = 0;
    } else if (++looks < kLooks) {
      pause();
    } else {
      sleep(last);
      looks = 0;
    }
  }
}

void ThreadTeam::sleep(std::uint64_t last) {
  const std::uint32_t calls = calls_.load();
  sleepers_.fetch_add(1);
  // Who opens the door after this sees a sleeper; what was opened before, the sleeper sees here.
  const std::uint64_t door = door_.load();
  const bool missed = (door & kOpen) != 0 && door / kNumber != last;
  if (!missed && !ended_.load()) calls_.wait(calls);
  sleepers_.fetch_sub(1);
}

}  // namespace dgx::musicgen
