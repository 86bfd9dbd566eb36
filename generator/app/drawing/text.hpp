// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "generator/app/drawing/canvas.hpp"
#include "generator/base/result.hpp"

namespace dgx::app {

enum class FontWeight { kMedium, kSemiBold };

struct TextStyle {
  double size_px = 14.0;
  FontWeight weight = FontWeight::kMedium;
  Rgb color = palette::kText;
};

/// Draws single lines of UTF-8 in the font Inter, which is inside the binary. Control characters
/// and what the font has no glyph for become a question mark.
class TextPainter {
 public:
  static Result<TextPainter> open();
  ~TextPainter();
  TextPainter(TextPainter&&) noexcept;
  TextPainter& operator=(TextPainter&&) noexcept;

  /// Width in pixels.
  [[nodiscard]] double width(std::string_view text, const TextStyle& style) const;
  /// `x` is the left edge, `baseline` the line that letters stand on.
  void draw(Canvas& canvas, double x, double baseline, std::string_view text,
            const TextStyle& style) const;
  /// The text, or as much of it as fits into `most` pixels with an ellipsis, which is always there.
  [[nodiscard]] std::string fitted(std::string_view text, double most,
                                   const TextStyle& style) const;

 private:
  struct Faces;
  explicit TextPainter(std::unique_ptr<Faces> faces);

  std::unique_ptr<Faces> faces_;
};

}  // namespace dgx::app
