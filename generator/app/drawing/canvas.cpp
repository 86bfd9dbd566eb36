// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace dgx::app {

Canvas::Canvas(int width, int height, Rgb background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
  fill({0, 0, width, height}, background);
}

std::size_t Canvas::offset(int x, int y) const {
  return 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
              static_cast<std::size_t>(x));
}

Rgb Canvas::at(int x, int y) const {
  if (!inside(x, y)) return {};
  const std::size_t start = offset(x, y);
  return {pixels_[start], pixels_[start + 1], pixels_[start + 2]};
}

void Canvas::set(int x, int y, Rgb color) {
  if (!inside(x, y)) return;
  const std::size_t start = offset(x, y);
  pixels_[start] = color.red;
  pixels_[start + 1] = color.green;
  pixels_[start + 2] = color.blue;
}

void Canvas::blend(int x, int y, Rgb color, double opacity) {
  if (opacity >= 1.0) return set(x, y, color);
  if (opacity <= 0.0) return;
  const Rgb under = at(x, y);
  const auto mixed = [opacity](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + opacity * (to - from)));
  };
  set(x, y,
      {mixed(under.red, color.red), mixed(under.green, color.green),
       mixed(under.blue, color.blue)});
}

void Canvas::fill(const Box& box, Rgb color, double opacity) {
  for (int y = box.top; y < box.bottom(); ++y) {
    for (int x = box.left; x < box.right(); ++x) blend(x, y, color, opacity);
  }
}

void Canvas::fill_rounded(const Box& box, int radius, Rgb color) {
  for (int y = box.top; y < box.bottom(); ++y) {
    for (int x = box.left; x < box.right(); ++x) {
      // Distance of the pixel's middle from the box shrunk by the radius.
      const double dx =
          std::max({box.left + radius - (x + 0.5), x + 0.5 - (box.right() - radius), 0.0});
      const double dy =
          std::max({box.top + radius - (y + 0.5), y + 0.5 - (box.bottom() - radius), 0.0});
      blend(x, y, color, std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0));
    }
  }
}

void Canvas::vertical_span(int x, double top, double bottom, Rgb color, double opacity) {
  for (int y = static_cast<int>(std::floor(top)); y < bottom; ++y) {
    const double covered = std::min(bottom, y + 1.0) - std::max(top, static_cast<double>(y));
    blend(x, y, color, opacity * covered);
  }
}

}  // namespace dgx::app
