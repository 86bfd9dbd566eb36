// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"
#include "ui/panel/theme.hpp"

namespace dgx::ui {

enum class Align { kLeft, kCenter, kRight };

struct TextLook {
  ImFont* font = nullptr;
  Color color = color::kText;
  Align align = Align::kLeft;
};

float text_width(const ImFont* font, std::string_view words);

/// One line in the middle of the height of `room`. Words that do not fit are a defect, which the
/// audit finds.
void draw_text(const Frame& frame, const Rect& room, std::string_view words, const TextLook& look);

/// The same for words of any length: what does not fit ends with an ellipsis, and the whole is told
/// where the pointer rests.
void draw_fitted(const Frame& frame, const Rect& room, std::string_view words,
                 const TextLook& look);

/// As many lines as `room` holds; the last one ends with an ellipsis where words are left over.
void draw_paragraph(const Frame& frame, const Rect& room, std::string_view words,
                    const TextLook& look);

/// What fits into `width`, with an ellipsis where something is left out.
std::string shortened(const ImFont* font, std::string_view words, float width);

/// Tells `words` where the pointer rests on `place`.
void tip(const Frame& frame, const Rect& place, std::string_view words);

}  // namespace dgx::ui
