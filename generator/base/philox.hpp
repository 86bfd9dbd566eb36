// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace dgx {

/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3" (SC 2011): 128 random bits that depend on the key and the counter alone, so that a
/// number never depends on block size, thread count or what ran before.
constexpr std::array<std::uint32_t, 4> philox4x32(std::uint64_t key,
                                                  std::array<std::uint32_t, 4> counter) {
  auto key0 = static_cast<std::uint32_t>(key);
  auto key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = 0xD2511F53ULL * counter[0];
    const std::uint64_t product1 = 0xCD9E8D57ULL * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
               static_cast<std::uint32_t>(product0)};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

/// Draws numbers one after another from one stream of a seed. Two streams of one seed are
/// independent, so that a part's choices do not shift when another part draws more or fewer.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t stream) : seed_(seed), stream_(stream) {}

  std::uint32_t next() {
    if (used_ == block_.size()) {
      block_ = philox4x32(seed_, {static_cast<std::uint32_t>(counter_),
                                  static_cast<std::uint32_t>(counter_ >> 32), stream_, 0});
      ++counter_;
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in [0, 1).
  double uniform() { return next() * 0x1p-32; }

  /// Uniform in [0, bound); `bound` is at least 1. The bias of the multiply is below bound / 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * bound) >> 32);
  }

  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
};

}  // namespace dgx
