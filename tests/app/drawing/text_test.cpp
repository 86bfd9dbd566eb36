// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/text.hpp"

#include <string>

#include "generator/base/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::app;

namespace {

const TextPainter& painter() {
  static const auto opened = TextPainter::open();
  REQUIRE_OK(opened);
  return *opened;
}

int lit_pixels(const std::string& text) {
  Canvas canvas(200, 40, {0, 0, 0});
  painter().draw(canvas, 4, 30, text, TextStyle{20.0});
  int lit = 0;
  for (const auto byte : canvas.pixels()) lit += byte > 0 ? 1 : 0;
  return lit;
}

}  // namespace

TEST_CASE("Letters leave ink, spaces leave none", "[drawing]") {
  CHECK(lit_pixels("Rhodes") > 200);
  CHECK(lit_pixels("   ") == 0);
  CHECK(lit_pixels("") == 0);
}

TEST_CASE("Width adds up, and grows with the size", "[drawing]") {
  const TextStyle style{20.0};
  const double width = painter().width("Rhodes", style);
  CHECK(width > 50.0);
  CHECK(width < 90.0);
  CHECK(painter().width("RhodesRhodes", style) == Approx(2 * width));
  CHECK(painter().width("Rhodes", TextStyle{40.0}) == Approx(2 * width).epsilon(0.01));
}

TEST_CASE("Text is cut to fit between characters", "[drawing]") {
  const TextStyle style{16.0};
  const std::string text = "\u00FCml\u00E4\u00FCt \u2014 a caf\u00E9 with na\u00EFve d\u00E9cor";
  CHECK(painter().fitted(text, 10000, style) == text);
  for (double most = 20; most < 400; most += 7) {
    const std::string fitted = painter().fitted(text, most, style);
    REQUIRE(dgx::is_utf8(fitted));
    REQUIRE((fitted == text || fitted.find("\u2026") != std::string::npos));
    REQUIRE(painter().width(fitted, style) <= most);
  }
  CHECK(painter().fitted("word", 0, style) == "\u2026");
}

TEST_CASE("Hostile text is drawn as question marks", "[drawing]") {
  const TextStyle style{16.0};
  const double mark = painter().width("?", style);
  CHECK(painter().width("\xFF\xFE", style) == Approx(2 * mark));
  CHECK(painter().width(std::string("\0\x1b", 2), style) == Approx(2 * mark));
  CHECK(painter().width("\u97F3", style) == Approx(mark));
  CHECK(lit_pixels("\xF0\x9F\x8E\xB5 \xE2\x80") > 0);
}
