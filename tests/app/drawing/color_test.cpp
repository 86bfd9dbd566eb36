// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/color.hpp"

#include <cmath>

#include "generator/app/drawing/canvas.hpp"
#include "tests/support/catch.hpp"

using dgx::app::Canvas;
using dgx::app::mix;
using dgx::app::Rgb;
using dgx::app::spectrogram_color;
namespace palette = dgx::app::palette;

namespace {

// Relative luminance of WCAG 2 (sRGB).
double luminance(Rgb color) {
  const auto linear = [](std::uint8_t channel) { return std::pow(channel / 255.0, 2.2); };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

}  // namespace

TEST_CASE("Mixing begins and ends with the colours that it mixes", "[drawing]") {
  CHECK(mix(palette::kViolet, palette::kTeal, 0.0) == palette::kViolet);
  CHECK(mix(palette::kViolet, palette::kTeal, 1.0) == palette::kTeal);
  CHECK(mix(palette::kViolet, palette::kTeal, -1.0) == palette::kViolet);
  const Rgb grey = mix({0, 0, 0}, {255, 255, 255}, 0.5);
  CHECK(grey.red == grey.green);
  CHECK(grey.green == grey.blue);
  CHECK(static_cast<int>(grey.red) == Approx(99).margin(2));  // Lightness 0.5 of Oklab
}

TEST_CASE("A louder level is never a darker colour", "[drawing]") {
  CHECK(spectrogram_color(0.0) == palette::kPlot);
  CHECK(spectrogram_color(-3.0) == palette::kPlot);
  CHECK(spectrogram_color(7.0) == spectrogram_color(1.0));
  double before = 0.0;
  for (int level = 1; level <= 100; ++level) {
    const double now = luminance(spectrogram_color(level / 100.0));
    REQUIRE(now >= before - 1e-4);
    before = now;
  }
  CHECK(before > 0.8);
}

TEST_CASE("What falls outside of a canvas is dropped", "[drawing]") {
  Canvas canvas(4, 3, {1, 2, 3});
  canvas.set(-1, 0, palette::kText);
  canvas.set(4, 2, palette::kText);
  canvas.set(0, 3, palette::kText);
  canvas.fill({-10, -10, 8, 8}, palette::kText);
  canvas.vertical_span(9, -5.0, 50.0, palette::kText, 0.5);
  canvas.fill_rounded({-4, -4, 5, 5}, 20, palette::kText);
  CHECK(canvas.at(3, 2) == Rgb{1, 2, 3});
  CHECK(canvas.pixels().size() == 36);
}

TEST_CASE("A span covers a part of a pixel by that part", "[drawing]") {
  Canvas canvas(1, 4, {0, 0, 0});
  canvas.vertical_span(0, 0.75, 2.5, {100, 100, 100}, 1.0);
  CHECK(static_cast<int>(canvas.at(0, 0).red) == 25);
  CHECK(static_cast<int>(canvas.at(0, 1).red) == 100);
  CHECK(static_cast<int>(canvas.at(0, 2).red) == 50);
  CHECK(static_cast<int>(canvas.at(0, 3).red) == 0);
}
