// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/grid.hpp"

#include <numeric>

#include "tests/support/catch.hpp"

using dgx::Meter;
using dgx::model::sketch::grid_of;
using dgx::model::sketch::steps_in_meter;

TEST_CASE("A bar of any meter divides into beats without rest", "[sketch]") {
  for (int numerator = 1; numerator <= 16; ++numerator) {
    for (const int denominator : {2, 4, 8, 16}) {
      const Meter meter{numerator, denominator};
      CAPTURE(numerator, denominator);
      const auto grid = grid_of(meter);
      CHECK(grid.steps * 0.25 == meter.quarters_per_bar());
      CHECK(std::accumulate(grid.groups.begin(), grid.groups.end(), 0) == grid.steps);
      CHECK(steps_in_meter("x...x...x...x...", 0, grid).size() ==
            static_cast<std::size_t>(grid.steps));
      CHECK(steps_in_meter("xxxxxxxxxxxxxxxx", 3, grid).size() ==
            static_cast<std::size_t>(grid.steps));
    }
  }
}

TEST_CASE("The back beat stays a back beat in other meters", "[sketch]") {
  const std::string snare = "....x.......x...";
  CHECK(steps_in_meter(snare, 0, grid_of({4, 4})) == snare);
  CHECK(steps_in_meter(snare, 0, grid_of({3, 4})) == "........x...");
  CHECK(steps_in_meter(snare, 0, grid_of({6, 8})) == "......x.....");
  CHECK(steps_in_meter(snare, 0, grid_of({2, 4})) == "....x...");
  CHECK(grid_of({7, 8}).groups == std::vector<int>{4, 4, 6});
  CHECK(grid_of({5, 8}).groups == std::vector<int>{4, 6});
  CHECK(grid_of({12, 8}).groups == std::vector<int>{6, 6, 6, 6});
}

TEST_CASE("Hats fill the thirds of a dotted beat", "[sketch]") {
  CHECK(steps_in_meter("x.x.x.x.x.x.x.x.", 0, grid_of({6, 8})) == "x.x.x.x.x.x.");
  // The second bar of a pattern of two, and the first again.
  const std::string two = "x...............o...............";
  CHECK(steps_in_meter(two, 1, grid_of({4, 4}))[0] == 'o');
  CHECK(steps_in_meter(two, 2, grid_of({4, 4}))[0] == 'x');
}
