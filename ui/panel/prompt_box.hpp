// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"

namespace dgx::ui {

/// Where the prompt is typed: one paragraph, wrapped at words. It takes the keyboard on a click and
/// gives it back on Enter, Escape and a click elsewhere. Up in the first line and Down in the last
/// bring earlier prompts. Ctrl+Enter generates.
void draw_prompt_box(const Frame& frame, const Rect& place);

/// Puts line ends in place of the blanks where lines of `width` pixels break, so that the text has
/// the same length and the caret stays right; true where a byte changed. ImGui 1.86 wraps nothing
/// by itself in a field that can be edited.
bool wrap_lines(char* text, int length, const ImFont* font, float width);

}  // namespace dgx::ui
