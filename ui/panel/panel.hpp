// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panel/frame.hpp"

namespace dgx::ui {

/// The least size of the panel, in units of the layout (pixels at scale 1).
inline constexpr float kLeastWidth = 800;
inline constexpr float kLeastHeight = 500;

/// Draws the panel over the whole display of the current ImGui context, between NewFrame() and
/// Render(). apply_theme() and load_fonts() come before, at the same scale. Threads: the one that
/// owns the context.
void draw_panel(const Frame& frame);

/// True while a person types, or goes on by Tab from there: only then may the host's keys be taken
/// from it.
bool wants_keyboard(const ViewState& view);

}  // namespace dgx::ui
