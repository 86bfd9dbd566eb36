// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <type_traits>

namespace dgx::plugin {

/// A bounded queue from one thread to one other (Lamport's ring). Neither side allocates, locks or
/// waits: a push onto a full queue and a pop from an empty one give false, and it is the caller who
/// counts or repeats.
///
/// Threads: try_push() on one, try_pop() on one other.
template <typename T, std::size_t kCapacity>
class SpscQueue {
  static_assert(std::has_single_bit(kCapacity), "positions wrap by masking");
  static_assert(std::is_trivially_copyable_v<T>, "a copy must not allocate");

 public:
  [[nodiscard]] bool try_push(const T& item) noexcept {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    if (written - read_.load(std::memory_order_acquire) == kCapacity) return false;
    items_[written % kCapacity] = item;
    written_.store(written + 1, std::memory_order_release);
    return true;
  }

  [[nodiscard]] bool try_pop(T& item) noexcept {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    if (read == written_.load(std::memory_order_acquire)) return false;
    item = items_[read % kCapacity];
    read_.store(read + 1, std::memory_order_release);
    return true;
  }

 private:
  // Each side's counter has a cache line of its own, so that one does not slow down the other.
  static constexpr std::size_t kCacheLine = 64;
  alignas(kCacheLine) std::atomic<std::size_t> written_{0};
  alignas(kCacheLine) std::atomic<std::size_t> read_{0};
  alignas(kCacheLine) std::array<T, kCapacity> items_{};
};

}  // namespace dgx::plugin
