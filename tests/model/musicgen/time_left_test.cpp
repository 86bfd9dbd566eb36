// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/time_left.hpp"

#include "tests/support/catch.hpp"

using dgx::musicgen::TimeLeft;

TEST_CASE("The time of steps that grow as expected is foretold", "[time left]") {
  TimeLeft time(0.0001 / (0.05 + 0.0001 * 100.5));
  for (int column = 1; column <= 200; ++column) time.add_step(column, 0.05 + 0.0001 * column);
  double expected = 0;
  for (int column = 201; column <= 803; ++column) expected += 0.05 + 0.0001 * column;
  CHECK(time.seconds_of(201, 603).value() == Approx(expected).epsilon(1e-9));
  CHECK(time.seconds_of(804, 0).value() == 0.0);
}

TEST_CASE("Growth that was not expected is learned", "[time left]") {
  TimeLeft time(0.0);
  for (int column = 1; column <= 400; ++column) time.add_step(column, 0.05 + 0.0001 * column);
  double expected = 0;
  for (int column = 401; column <= 1503; ++column) expected += 0.05 + 0.0001 * column;
  CHECK(time.seconds_of(401, 1103).value() == Approx(expected).epsilon(0.1));
}

TEST_CASE("A few slow steps do not foretell a slow rest", "[time left]") {
  TimeLeft time(0.0002);
  for (int column = 1; column <= 50; ++column) time.add_step(column, column > 47 ? 0.15 : 0.05);
  CHECK(time.seconds_of(51, 153).value() == Approx(153 * 0.05).epsilon(0.3));
}

TEST_CASE("Nothing is foretold from a few steps", "[time left]") {
  TimeLeft time(0.0);
  for (int column = 1; column < 8; ++column) time.add_step(column, 0.05);
  CHECK_FALSE(time.seconds_of(8, 10).has_value());
}

TEST_CASE("Steps that seem to get faster are taken as even", "[time left]") {
  TimeLeft time(0.0);
  for (int column = 1; column <= 100; ++column) time.add_step(column, 0.2 - 0.001 * column);
  CHECK(time.seconds_of(101, 1000).value() == Approx(1000 * (0.2 - 0.001 * 50.5)).epsilon(1e-9));
}
