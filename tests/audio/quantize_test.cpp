// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/quantize.hpp"

#include <cmath>
#include <vector>

#include "tests/support/catch.hpp"

using dgx::quantize;
using dgx::tpdf_dither;

namespace {

constexpr std::uint64_t kDraws = 400000;

// Correlation of the dither with itself `lag` samples later.
double autocorrelation(std::uint64_t lag) {
  double sum = 0.0;
  double energy = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double value = tpdf_dither(1, i);
    sum += value * tpdf_dither(1, i + lag);
    energy += value * value;
  }
  return sum / energy;
}

}  // namespace

TEST_CASE("Dither is triangular: within one bit, mean 0, variance 1/6", "[audio]") {
  double sum = 0.0;
  double squares = 0.0;
  double fourths = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double value = tpdf_dither(42, i);
    REQUIRE(std::abs(value) < 1.0);
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
  }
  const double n = static_cast<double>(kDraws);
  // Four standard errors each; a triangle has fourth moment 1/15, a rectangle of this variance
  // 1/20.
  CHECK(sum / n == Approx(0.0).margin(4 * std::sqrt(1.0 / 6 / n)));
  CHECK(squares / n == Approx(1.0 / 6).margin(4 * std::sqrt((1.0 / 15 - 1.0 / 36) / n)));
  CHECK(fourths / n == Approx(1.0 / 15).margin(0.001));
}

TEST_CASE("Dither is white", "[audio]") {
  for (const std::uint64_t lag : {1U, 2U, 3U, 4U, 7U, 48U}) {
    INFO("lag " << lag);
    CHECK(std::abs(autocorrelation(lag)) < 5.0 / std::sqrt(static_cast<double>(kDraws)));
  }
}

TEST_CASE("Dither depends on seed and sample index alone", "[audio]") {
  CHECK(tpdf_dither(1, 1000) == tpdf_dither(1, 1000));
  CHECK(tpdf_dither(1, 1000) != tpdf_dither(2, 1000));
  CHECK(tpdf_dither(1, 1000) != tpdf_dither(1, 1001));
  CHECK(tpdf_dither(1, std::uint64_t{1} << 33) != tpdf_dither(1, 0));
}

TEST_CASE("Samples are rounded to the nearest code", "[audio]") {
  CHECK(quantize(0.5F, 16, 0.0) == 16384);
  CHECK(quantize(-0.5F, 16, 0.0) == -16384);
  CHECK(quantize(0.5F, 24, 0.0) == 4194304);
  CHECK(quantize(0.4F / 32768.0F, 16, 0.0) == 0);
  CHECK(quantize(0.6F / 32768.0F, 16, 0.0) == 1);
  CHECK(quantize(-0.6F / 32768.0F, 16, 0.0) == -1);
}

TEST_CASE("Dither never pushes a legal sample over the end of the codes", "[audio]") {
  CHECK(quantize(1.0F, 16, 0.999) == 32767);
  CHECK(quantize(1.0F, 16, -0.999) == 32767);
  CHECK(quantize(-1.0F, 16, -0.999) == -32768);
  CHECK(quantize(-1.0F, 16, 0.999) == -32767);
  CHECK(quantize(1.0F, 24, 0.999) == 8388607);
  CHECK(quantize(-1.0F, 24, -0.999) == -8388608);
}

TEST_CASE("Dither makes the average of a tone below one bit right", "[audio]") {
  // 0.3 of a bit: without dither every sample would be 0.
  const float sample = 0.3F / 32768.0F;
  double sum = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) sum += quantize(sample, 16, tpdf_dither(3, i));
  CHECK(sum / static_cast<double>(kDraws) == Approx(0.3).margin(0.005));
}
