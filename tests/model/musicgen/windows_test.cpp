// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/windows.hpp"

#include <vector>

#include "generator/model/musicgen/delay_pattern.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::musicgen;

TEST_CASE("A take of up to 30 s is one window", "[windows]") {
  CHECK(plan_windows(800, 0, 50) == std::vector<Window>{{0, 800, 0}});
  CHECK(plan_windows(1500, 0, 50) == std::vector<Window>{{0, 1500, 0}});
}

TEST_CASE("45 s are two windows that share 12 s", "[windows]") {
  CHECK(plan_windows(2250, 0, 50) == std::vector<Window>{{0, 1500, 0}, {900, 2250, 600}});
}

TEST_CASE("A window begins 18 s after the one before", "[windows]") {
  CHECK(plan_windows(1501, 0, 50) == std::vector<Window>{{0, 1500, 0}, {900, 1501, 600}});
  const auto long_take = plan_windows(15'000, 0, 50);
  REQUIRE(long_take.size() == 16);
  CHECK(long_take.back() == Window{13'500, 15'000, 600});
}

TEST_CASE("Windows make every frame once and know those before", "[windows]") {
  for (std::int64_t frames = 1; frames <= 15'000; frames += 37) {
    for (const std::int64_t prompt : {0, 1, 250, 1400}) {
      if (prompt >= frames) continue;
      std::int64_t made = prompt;
      for (const Window& window : plan_windows(frames, prompt, 50)) {
        REQUIRE(window.begin + window.known == made);
        REQUIRE(window.end > made);
        REQUIRE(window.end - window.begin <= 1500);
        made = window.end;
      }
      REQUIRE(made == frames);
    }
  }
}

TEST_CASE("A prompt counts as the beginning of the first window", "[windows]") {
  CHECK(plan_windows(500, 100, 50) == std::vector<Window>{{0, 500, 100}});
  CHECK(plan_windows(2000, 700, 50) == std::vector<Window>{{0, 1500, 700}, {900, 2000, 600}});
}

TEST_CASE("Nothing is planned where all frames are given", "[windows]") {
  CHECK(plan_windows(100, 100, 50).empty());
}

TEST_CASE("Each codebook stands one column later than the one before", "[delay pattern]") {
  const DelayPattern pattern(4, 1, 3);
  REQUIRE(pattern.columns() == 7);
  const std::vector<std::vector<int>> expected = {{-1, 0, 1, 2, -1, -1, -1},
                                                  {-1, -1, 0, 1, 2, -1, -1},
                                                  {-1, -1, -1, 0, 1, 2, -1},
                                                  {-1, -1, -1, -1, 0, 1, 2}};
  for (int codebook = 0; codebook < 4; ++codebook) {
    for (int column = 0; column < 7; ++column) {
      const auto frame = pattern.frame_at(codebook, column);
      CHECK(frame.value_or(-1) ==
            expected[static_cast<std::size_t>(codebook)][static_cast<std::size_t>(column)]);
    }
  }
}

TEST_CASE("The channels of a stereo model share their delays", "[delay pattern]") {
  const DelayPattern pattern(8, 2, 10);
  CHECK(pattern.columns() == 14);
  for (int codebook = 0; codebook < 8; ++codebook) {
    CHECK(pattern.delay(codebook) == codebook / 2);
    CHECK(pattern.frame_at(codebook, codebook / 2 + 1) == 0);
  }
}
