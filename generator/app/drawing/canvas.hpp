// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "generator/app/drawing/color.hpp"

namespace dgx::app {

/// A box in pixels.
struct Box {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  [[nodiscard]] int right() const { return left + width; }
  [[nodiscard]] int bottom() const { return top + height; }
};

/// An RGB picture to draw on. What falls outside of it is dropped.
class Canvas {
 public:
  Canvas(int width, int height, Rgb background);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  /// Rows from the top, three bytes a pixel.
  [[nodiscard]] const std::vector<std::uint8_t>& pixels() const { return pixels_; }
  [[nodiscard]] Rgb at(int x, int y) const;

  void set(int x, int y, Rgb color);
  /// Mixes `color` over what is there; opacity 0 to 1.
  void blend(int x, int y, Rgb color, double opacity);
  void fill(const Box& box, Rgb color, double opacity = 1.0);
  /// With anti-aliased round corners.
  void fill_rounded(const Box& box, int radius, Rgb color);
  /// From y = top to y = bottom, in fractions of a pixel, one pixel wide.
  void vertical_span(int x, double top, double bottom, Rgb color, double opacity);

 private:
  [[nodiscard]] std::size_t offset(int x, int y) const;
  [[nodiscard]] bool inside(int x, int y) const {
    return x >= 0 && y >= 0 && x < width_ && y < height_;
  }

  int width_;
  int height_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace dgx::app
