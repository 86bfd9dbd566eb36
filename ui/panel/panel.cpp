// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/panel.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ui/panel/cards.hpp"

namespace dgx::ui {
namespace {

constexpr float kPromptCardShare = 0.43F;
constexpr float kTakeCardShare = 0.455F;

}  // namespace

void draw_panel(const Frame& frame) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  TabOrder& tabs = frame.view.tabs;
  tabs.begin_frame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(size);
  ImGui::PushFont(frame.fonts.body);
  ImGui::Begin("panel", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse);
  Rect rest{{0, 0}, size};
  draw_header(frame, rest.cut_top(frame.px(48)));
  rest = rest.inset(frame.px(12), frame.px(12));
  const float width = std::clamp(rest.width() * kPromptCardShare, frame.px(344), frame.px(480));
  tabs.begin_card();
  draw_prompt_card(frame, rest.cut_left(std::floor(width)));
  rest.cut_left(frame.px(12));
  tabs.begin_card();
  draw_take_card(frame, rest.cut_top(std::floor(rest.height() * kTakeCardShare)));
  rest.cut_top(frame.px(12));
  std::optional<Rect> keyboard;
  if (frame.model.board) {
    keyboard = rest.cut_bottom(keyboard_height(frame));
    rest.cut_bottom(frame.px(12));
  }
  tabs.begin_card();
  draw_history_card(frame, rest);
  tabs.begin_card();
  if (keyboard) draw_keyboard_card(frame, *keyboard);
  ImGui::End();
  ImGui::PopFont();
}

bool wants_keyboard(const ViewState& view) {
  return ImGui::GetIO().WantTextInput || view.tabs.is_on();
}

}  // namespace dgx::ui
