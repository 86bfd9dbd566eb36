// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/time_marks.hpp"

#include "tests/support/catch.hpp"

using dgx::app::time_marks;

TEST_CASE("Marks are round, from zero, inside the clip and not too many", "[drawing]") {
  for (const double duration : {0.0, 0.0001, 0.03, 0.5, 1.0, 11.43, 16.0, 59.9, 61.0, 300.0, 1e6}) {
    for (const int most : {-1, 0, 1, 2, 7, 16}) {
      INFO(duration << " s, at most " << most);
      const auto marks = time_marks(duration, most);
      REQUIRE_FALSE(marks.empty());
      CHECK(marks.front().seconds == 0.0);
      CHECK(marks.size() <= static_cast<std::size_t>(std::max(1, most)));
      if (duration > 0.0) CHECK(marks.back().seconds < duration);
    }
  }
}

TEST_CASE("Labels read as people write times", "[drawing]") {
  CHECK(time_marks(16.0, 8)[1].label == "2 s");
  CHECK(time_marks(1.0, 5)[1].label == "0.2 s");
  CHECK(time_marks(0.05, 5)[1].label == "0.01 s");
  CHECK(time_marks(300.0, 10)[3].label == "1:30");
}
