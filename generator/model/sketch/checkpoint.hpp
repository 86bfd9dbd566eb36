// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace dgx::model::sketch {

/// Called every few milliseconds of work. It returns where the work is to go on and throws
/// Cancelled where it is not; empty means that nobody can cancel.
using Checkpoint = std::function<void()>;

/// Thrown by a Checkpoint; caught where a rendering began.
struct Cancelled {};

/// Runs work(begin, end) over [0, count) piece by piece with a checkpoint before each piece.
template <typename Work>
void in_pieces(std::size_t count, const Checkpoint& checkpoint, Work&& work) {
  constexpr std::size_t kPiece = 1 << 16;
  for (std::size_t begin = 0; begin < count; begin += kPiece) {
    if (checkpoint) checkpoint();
    work(begin, std::min(count, begin + kPiece));
  }
}

}  // namespace dgx::model::sketch
