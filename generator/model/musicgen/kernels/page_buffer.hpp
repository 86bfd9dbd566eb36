// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace dgx::musicgen {

/// Zeroed memory of its own pages, for weights and caches: large pages where the system gives them,
/// which a pass over gigabytes needs. Owns the pages.
class PageBuffer {
 public:
  PageBuffer() = default;
  /// Throws std::bad_alloc.
  explicit PageBuffer(std::size_t bytes);
  ~PageBuffer();
  PageBuffer(PageBuffer&& other) noexcept
      : pages_(std::exchange(other.pages_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  PageBuffer& operator=(PageBuffer&& other) noexcept {
    std::swap(pages_, other.pages_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  template <typename T>
  [[nodiscard]] std::span<T> as() const {
    return {static_cast<T*>(pages_), bytes_ / sizeof(T)};
  }

 private:
  void* pages_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace dgx::musicgen
