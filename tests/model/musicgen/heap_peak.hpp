// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace dgx::test {

/// The most bytes that were in use at one time since its making, beyond what was in use then.
/// Counts operator new of the whole program, which heap_peak.cpp replaces; one at a time.
class HeapPeak {
 public:
  HeapPeak();
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::size_t at_start_;
};

}  // namespace dgx::test
