// SPDX-License-Identifier: Apache-2.0
#include "plugin/realtime/spsc_queue.hpp"

#include <cstdint>
#include <thread>

#include "tests/support/catch.hpp"

using dgx::plugin::SpscQueue;

TEST_CASE("A full queue takes nothing, an empty one gives nothing", "[plugin]") {
  SpscQueue<int, 4> queue;
  int item = 7;
  CHECK_FALSE(queue.try_pop(item));
  CHECK(item == 7);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) CHECK(queue.try_push(i));
    CHECK_FALSE(queue.try_push(4));
    for (int i = 0; i < 4; ++i) {
      REQUIRE(queue.try_pop(item));
      CHECK(item == i);
    }
    CHECK_FALSE(queue.try_pop(item));
  }
}

TEST_CASE("What one thread pushes another pops, all of it and in order", "[plugin]") {
  struct Pair {
    std::uint64_t number;
    std::uint64_t square;  // Torn pairs would not match.
  };
  constexpr std::uint64_t kItems = 200'000;
  SpscQueue<Pair, 8> queue;
  std::jthread producer([&queue] {
    for (std::uint64_t i = 0; i < kItems;) {
      if (queue.try_push({i, i * i})) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t expected = 0; expected < kItems;) {
    Pair pair{};
    if (!queue.try_pop(pair)) {
      std::this_thread::yield();
      continue;
    }
    if (pair.number != expected || pair.square != expected * expected) ++wrong;
    ++expected;
  }
  CHECK(wrong == 0);
}
