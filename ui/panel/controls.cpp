// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/controls.hpp"

#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace dgx::ui {
namespace {

ImDrawList& canvas() {
  return *ImGui::GetWindowDrawList();
}

Color ink(const ControlState& state, bool hovered) {
  if (!state.enabled) return color::kFaint;
  return state.on || hovered ? color::kText : color::kDim;
}

/// Ground and border of a button.
void face(const Frame& frame, const Rect& place, bool hovered, std::optional<Color> accent,
          float radius) {
  canvas().AddRectFilled(place.min, place.max, packed(hovered ? color::kHover : color::kRaised),
                         radius);
  if (accent) canvas().AddRectFilled(place.min, place.max, packed(*accent, 46), radius);
  canvas().AddRect(place.min, place.max, accent ? packed(*accent, 200) : packed(color::kLine),
                   radius, 0, frame.px(1));
}

void begin_field(const Frame& frame, const Rect& place, ImFont* font) {
  ImGui::SetCursorScreenPos(place.min);
  ImGui::SetNextItemWidth(place.width());
  ImGui::PushFont(font);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(frame.px(9), std::max(0.0F, (place.height() - font->FontSize) / 2)));
}

void end_field(const Frame& frame, const Rect& place, std::string_view name) {
  ImGui::PopStyleVar();
  ImGui::PopFont();
  if (ImGui::IsItemActive()) {
    canvas().AddRect(place.min, place.max, packed(color::kAccent, 200), frame.px(6), 0,
                     frame.px(1.5F));
  }
  add_tab_stop(frame, name, place, ControlKind::kField);
  if (frame.audit != nullptr) frame.audit->add_target(std::string(name), place, true);
}

}  // namespace

void add_tab_stop(const Frame& frame, std::string_view name, const Rect& place, ControlKind kind) {
  frame.view.tabs.add(last_item(), name, place, kind);
}

void focus_ring(const Frame& frame, const Rect& place, float radius) {
  if (!ImGui::IsItemFocused()) return;
  if (!frame.view.tabs.is_on() && !ImGui::GetIO().NavVisible) return;
  const float out = frame.px(2);
  canvas().AddRect({place.min.x - out, place.min.y - out}, {place.max.x + out, place.max.y + out},
                   packed(color::kAccent), radius + out, 0, frame.px(1.5F));
}

Press press_area(const Frame& frame, std::string_view name, const Rect& place, bool enabled) {
  ImGui::SetCursorScreenPos(place.min);
  ImGui::BeginDisabled(!enabled);
  Press press;
  press.pressed = ImGui::InvisibleButton(std::string(name).c_str(), place.size());
  press.hovered = enabled && ImGui::IsItemHovered();
  press.held = ImGui::IsItemActive();
  ImGui::EndDisabled();
  if (enabled) add_tab_stop(frame, name, place, ControlKind::kButton);
  if (press.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (frame.audit != nullptr) frame.audit->add_target(std::string(name), place, enabled);
  return press;
}

void card(const Frame& frame, const Rect& place) {
  canvas().AddRectFilled(place.min, place.max, packed(color::kCard), frame.px(8));
  canvas().AddRect(place.min, place.max, packed(color::kLine), frame.px(8), 0, frame.px(1));
}

void label(const Frame& frame, const Rect& place, std::string_view words) {
  draw_text(frame, place, words, {frame.fonts.small, color::kDim});
}

float badge_width(const Frame& frame, std::string_view words) {
  return text_width(frame.fonts.small, words) + frame.px(16);
}

void badge(const Frame& frame, const Rect& place, std::string_view words, Color color) {
  canvas().AddRectFilled(place.min, place.max, packed(color, 30), place.height() / 2);
  canvas().AddRect(place.min, place.max, packed(color, 110), place.height() / 2, 0, frame.px(1));
  draw_text(frame, place, words, {frame.fonts.small, color, Align::kCenter});
}

float chip_width(const Frame& frame, std::string_view words) {
  return text_width(frame.fonts.small, words) + frame.px(20);
}

bool chip(const Frame& frame, const Rect& place, std::string_view name, std::string_view words,
          ControlState state, Color accent) {
  const Press press = press_area(frame, name, place, state.enabled);
  const float radius = place.height() / 2;
  face(frame, place, press.hovered, state.on ? std::optional(accent) : std::nullopt, radius);
  focus_ring(frame, place, radius);
  draw_text(frame, place, words, {frame.fonts.small, ink(state, press.hovered), Align::kCenter});
  return press.pressed;
}

bool icon_button(const Frame& frame, const Rect& place, std::string_view name,
                 const char* icon_text, std::string_view hint, ControlState state) {
  const Press press = press_area(frame, name, place, state.enabled);
  face(frame, place, press.hovered, state.on ? std::optional(color::kAccent) : std::nullopt,
       frame.px(6));
  focus_ring(frame, place, frame.px(6));
  draw_text(frame, place, icon_text, {frame.fonts.body, ink(state, press.hovered), Align::kCenter});
  tip(frame, place, hint);
  return press.pressed;
}

bool text_button(const Frame& frame, const Rect& place, std::string_view name,
                 std::string_view words, ControlState state) {
  const Press press = press_area(frame, name, place, state.enabled);
  face(frame, place, press.hovered, state.on ? std::optional(color::kAccent) : std::nullopt,
       frame.px(6));
  focus_ring(frame, place, frame.px(6));
  draw_text(frame, place, words, {frame.fonts.small, ink(state, press.hovered), Align::kCenter});
  return press.pressed;
}

bool primary_button(const Frame& frame, const Rect& place, std::string_view name,
                    std::string_view words, ControlState state) {
  const Press press = press_area(frame, name, place, state.enabled);
  const float radius = frame.px(7);
  if (state.on || !state.enabled) {
    face(frame, place, press.hovered, std::nullopt, radius);
  } else {
    const Color ground = press.held ? 0x6557E0 : press.hovered ? 0x897BFF : color::kAccent;
    canvas().AddRectFilled(place.min, place.max, packed(ground), radius);
    canvas().AddLine({place.min.x + radius, place.min.y + 1},
                     {place.max.x - radius, place.min.y + 1}, packed(color::kWhite, 50));
  }
  focus_ring(frame, place, radius);
  draw_text(frame, place, words,
            {frame.fonts.bold, state.enabled ? color::kWhite : color::kFaint, Align::kCenter});
  return press.pressed;
}

std::optional<std::size_t> segments(const Frame& frame, const Rect& place, std::string_view name,
                                    std::span<const std::string> choices,
                                    std::optional<std::size_t> chosen) {
  canvas().AddRectFilled(place.min, place.max, packed(color::kWell), frame.px(6));
  canvas().AddRect(place.min, place.max, packed(color::kLine), frame.px(6), 0, frame.px(1));
  std::optional<std::size_t> result;
  Rect rest = place;
  const float width = place.width() / static_cast<float>(choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Rect cell = rest.cut_left(width);
    const Press press = press_area(frame, std::string(name) + " " + choices[i], cell);
    if (press.pressed) result = i;
    const bool on = chosen == i;
    if (on) {
      const Rect inner = cell.inset(frame.px(2), frame.px(2));
      canvas().AddRectFilled(inner.min, inner.max, packed(0x343B49), frame.px(5));
    }
    focus_ring(frame, cell, frame.px(5));
    draw_text(frame, cell, choices[i],
              {frame.fonts.small, ink({on, true}, press.hovered), Align::kCenter});
  }
  return result;
}

bool slider(const Frame& frame, const Rect& place, std::string_view name, std::string_view words,
            double& value, const SliderRange& range) {
  Rect rest = place;
  const Rect line = rest.cut_top(frame.px(18));
  draw_text(frame, line, name, {frame.fonts.small, color::kDim});
  draw_text(frame, line, words, {frame.fonts.small, color::kText, Align::kRight});
  const Rect track = rest.cut_top(frame.px(22));
  const Press press = press_area(frame, name, track);
  const float radius = frame.px(6);
  const float left = track.min.x + radius;
  const float span = track.width() - 2 * radius;
  const double before = value;
  if (press.held && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    const double share =
        std::clamp(static_cast<double>((ImGui::GetIO().MousePos.x - left) / span), 0.0, 1.0);
    value = range.least + std::round(share * (range.most - range.least) / range.step) * range.step;
  }
  if (ImGui::IsItemFocused() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_LeftArrow))) {
    value -= range.step;
  }
  if (ImGui::IsItemFocused() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_RightArrow))) {
    value += range.step;
  }
  value = std::clamp(value, range.least, range.most);
  const auto share = static_cast<float>((value - range.least) / (range.most - range.least));
  const float y = track.center().y;
  const float x = left + span * share;
  canvas().AddRectFilled({track.min.x, y - frame.px(2)}, {track.max.x, y + frame.px(2)},
                         packed(color::kLine), frame.px(2));
  canvas().AddRectFilled({track.min.x, y - frame.px(2)}, {x, y + frame.px(2)},
                         packed(color::kAccent), frame.px(2));
  canvas().AddCircleFilled({x, y}, radius + (press.hovered || press.held ? frame.px(1) : 0),
                           packed(color::kText), 24);
  focus_ring(frame, track, frame.px(6));
  return value != before;
}

bool number_field(const Frame& frame, const Rect& place, std::string_view name, double& value,
                  const SliderRange& range, std::string_view hint) {
  begin_field(frame, place, frame.fonts.body);
  const double before = value;
  ImGui::InputDouble(("##" + std::string(name)).c_str(), &value, 0, 0, "%.6g",
                     ImGuiInputTextFlags_AutoSelectAll);
  end_field(frame, place, name);
  // Held back until the person is done, so that "9" on the way to "96" stays.
  if (!ImGui::IsItemActive()) value = std::clamp(value, range.least, range.most);
  tip(frame, place, hint);
  return value != before;
}

bool whole_number_field(const Frame& frame, const Rect& place, std::string_view name,
                        std::int64_t& value, std::int64_t most, std::string_view hint) {
  begin_field(frame, place, frame.fonts.small);
  const std::int64_t before = value;
  ImGui::InputScalar(("##" + std::string(name)).c_str(), ImGuiDataType_S64, &value, nullptr,
                     nullptr, "%lld", ImGuiInputTextFlags_AutoSelectAll);
  end_field(frame, place, name);
  if (!ImGui::IsItemActive()) value = std::clamp(value, std::int64_t{0}, most);
  tip(frame, place, hint);
  return value != before;
}

bool text_field(const Frame& frame, const Rect& place, std::string_view name, std::string& text,
                std::string_view placeholder, bool focus) {
  if (focus) ImGui::SetKeyboardFocusHere();
  begin_field(frame, place, frame.fonts.body);
  const bool entered = ImGui::InputTextWithHint(
      ("##" + std::string(name)).c_str(), std::string(placeholder).c_str(), &text,
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  end_field(frame, place, name);
  return entered;
}

}  // namespace dgx::ui
