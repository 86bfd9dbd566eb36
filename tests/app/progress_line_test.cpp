// SPDX-License-Identifier: Apache-2.0
#include "generator/app/progress_line.hpp"

#include "generator/base/utf8.hpp"
#include "tests/support/catch.hpp"

using dgx::app::progress_text;
using dgx::protocol::Phase;
using dgx::protocol::Progress;

TEST_CASE("The live line shows phase, bar, percent and time left", "[app]") {
  const auto half = [](std::optional<double> seconds_left) {
    return progress_text({0.5, {Phase::kGenerating, 5, 10, seconds_left}, {}}, 65);
  };
  CHECK(half(1.25) == "generating         ██████████░░░░░░░░░░  50 %  1.2 s left");
  CHECK(half(12.4).ends_with("12 s left"));
  CHECK(half(125.0).ends_with("2 min 05 s left"));
  CHECK(half({}).ends_with("50 %  "));
}

TEST_CASE("The live line of a job that waits says why, whoever made that up", "[app]") {
  CHECK(progress_text({0, {}, "waits while Ardour plays"}, 65) == "waits while Ardour plays");
  const std::string made_up = "waits while \x1b[31m" + std::string(64, 'x') + " plays";
  const std::string line = progress_text({0, {}, made_up}, 40);
  CHECK(dgx::count_code_points(line) == 39);
  CHECK(line.find('\x1b') == std::string::npos);
}

TEST_CASE("The live line fits its terminal, whatever the numbers are", "[app]") {
  for (const double fraction : {-1.0, 0.0, 0.001, 0.33, 0.999, 1.0, 2.0}) {
    for (const int columns : {40, 49, 50, 80, 120, 200}) {
      const std::string line =
          progress_text({fraction, {Phase::kFinishing, 1, 2, 3599.0}, {}}, columns);
      CHECK(dgx::count_code_points(line) < static_cast<std::size_t>(columns));
    }
  }
}
