// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

#include <algorithm>

namespace dgx::ui {

/// A rectangle on the screen, in pixels, that a layout cuts pieces from. A piece never reaches
/// beyond the rectangle; what is left of it shrinks.
struct Rect {
  ImVec2 min{};
  ImVec2 max{};

  [[nodiscard]] float width() const { return max.x - min.x; }
  [[nodiscard]] float height() const { return max.y - min.y; }
  [[nodiscard]] ImVec2 size() const { return {width(), height()}; }
  [[nodiscard]] ImVec2 center() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }

  Rect cut_top(float height) {
    const float y = std::min(min.y + height, max.y);
    const Rect piece{min, {max.x, y}};
    min.y = y;
    return piece;
  }
  Rect cut_bottom(float height) {
    const float y = std::max(max.y - height, min.y);
    const Rect piece{{min.x, y}, max};
    max.y = y;
    return piece;
  }
  Rect cut_left(float width) {
    const float x = std::min(min.x + width, max.x);
    const Rect piece{min, {x, max.y}};
    min.x = x;
    return piece;
  }
  Rect cut_right(float width) {
    const float x = std::max(max.x - width, min.x);
    const Rect piece{{x, min.y}, max};
    max.x = x;
    return piece;
  }
  [[nodiscard]] Rect inset(float x, float y) const {
    return {{min.x + x, min.y + y},
            {std::max(min.x + x, max.x - x), std::max(min.y + y, max.y - y)}};
  }
  /// A piece of that height in the middle.
  [[nodiscard]] Rect centred_row(float height) const {
    const float y = (min.y + max.y - height) / 2;
    return {{min.x, y}, {max.x, y + height}};
  }
};

}  // namespace dgx::ui
