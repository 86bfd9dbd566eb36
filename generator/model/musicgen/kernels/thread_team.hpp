// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace dgx::musicgen {

/// The caller and its helpers, who share out work of some microseconds again and again.
///
/// Nobody is waited for but those who are at work: a helper that the system has put aside comes
/// late, finds nothing left, and has held up nobody. Helpers look for work for some microseconds
/// after the last, then they sleep.
///
/// Threads: run() and set_members() by one thread at a time, which is member 0.
class ThreadTeam {
 public:
  /// `threads` of at least 1, the caller included. Throws std::system_error.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  [[nodiscard]] int size() const { return static_cast<int>(helpers_.size()) + 1; }

  /// How many take part in what follows, 1 to size(); all in the beginning.
  void set_members(int members);
  [[nodiscard]] int members() const { return members_.load(std::memory_order_relaxed); }

  /// How long the caller has waited for helpers at work, since this was last asked.
  [[nodiscard]] double take_seconds_waited() { return std::exchange(seconds_waited_, 0.0); }

  /// Calls task(member, i) once for each i < count, on whichever member is free; before its first,
  /// each member calls prepare(member). Neither may throw.
  template <typename Prepare, typename Task>
  void run(std::int64_t count, const Prepare& prepare, const Task& task) {
    const auto work = [&](int member) {
      std::int64_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= count) return;
      prepare(member);
      for (; i < count; i = next_.fetch_add(1, std::memory_order_relaxed)) task(member, i);
    };
    using Context = decltype(work);
    const auto call = [](const void* context, int member) {
      (*static_cast<const Context*>(context))(member);
    };
    run_work({call, &work});
  }

  /// The same where there is nothing to prepare.
  template <typename Task>
  void run(std::int64_t count, const Task& task) {
    run(
        count, [](int) {}, task);
  }

 private:
  struct Work {
    void (*call)(const void* context, int member) = nullptr;
    const void* context = nullptr;
  };

  void run_work(Work work);
  void wait_for_helpers();
  void help(int member);
  [[nodiscard]] bool enter(std::uint64_t& last);
  void sleep(std::uint64_t last);

  // Number of the work, whether its door is open, how many helpers are inside.
  static constexpr std::uint64_t kInside = 0xffff;
  static constexpr std::uint64_t kOpen = 0x10000;
  static constexpr std::uint64_t kNumber = 0x20000;

  alignas(64) std::atomic<std::uint64_t> door_{0};
  alignas(64) std::atomic<std::int64_t> next_{0};
  alignas(64) std::atomic<std::uint32_t> calls_{0};  ///< Helpers that sleep, sleep on this
  std::atomic<int> sleepers_{0};
  std::atomic<int> members_;
  std::atomic<bool> ended_{false};
  double seconds_waited_ = 0;
  Work work_{};  ///< Written while the door is closed and nobody inside
  std::vector<std::thread> helpers_{};
};

}  // namespace dgx::musicgen
