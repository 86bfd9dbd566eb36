// SPDX-License-Identifier: Apache-2.0
#include "generator/base/philox.hpp"

#include "tests/support/catch.hpp"

TEST_CASE("Philox gives the authors' known answers", "[base]") {
  // The kat_vectors file of Random123, the reference implementation: philox4x32, 10 rounds.
  using Words = std::array<std::uint32_t, 4>;
  CHECK(dgx::philox4x32(0, {0, 0, 0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(dgx::philox4x32(0xffffffffffffffffULL, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(dgx::philox4x32(0x299f31d0a4093822ULL, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Streams of one seed do not depend on each other", "[base]") {
  dgx::RandomStream drums(42, 1);
  dgx::RandomStream bass(42, 2);
  const std::uint32_t first = bass.next();
  for (int i = 0; i < 1000; ++i) drums.next();
  dgx::RandomStream again(42, 2);
  CHECK(again.next() == first);
}

TEST_CASE("Bounded numbers stay below their bound and reach all values", "[base]") {
  dgx::RandomStream random(7, 0);
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) {
    const std::uint32_t value = random.below(6);
    REQUIRE(value < 6);
    ++seen[value];
  }
  for (const int count : seen) CHECK(count > 850);
}
