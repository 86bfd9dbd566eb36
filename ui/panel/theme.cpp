// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/theme.hpp"

#include <array>
#include <cmath>

namespace dgx::ui {
namespace {

constexpr unsigned kByte = 255;

unsigned red(Color color) {
  return (color >> 16U) & kByte;
}
unsigned green(Color color) {
  return (color >> 8U) & kByte;
}
unsigned blue(Color color) {
  return color & kByte;
}

int between(unsigned from, unsigned to, float position) {
  return static_cast<int>(std::lround(
      static_cast<float>(from) + (static_cast<float>(to) - static_cast<float>(from)) * position));
}

// Apart from each other, from the accent and from what says that something is wrong.
constexpr std::array<Color, 12> kPadColors = {0x2CC5B5, 0x5AA9F2, 0xE6B450, 0xC68CF0,
                                              0x8BCB5A, 0xF08FC0, 0x4FD0E8, 0xF0975A,
                                              0x9FB4D8, 0xD6D35A, 0x5FD39A, 0xC0A88A};

void set_colors(ImGuiStyle& style) {
  ImVec4* colors = style.Colors;
  const ImVec4 clear(0, 0, 0, 0);
  colors[ImGuiCol_Text] = as_vector(color::kText);
  colors[ImGuiCol_TextDisabled] = as_vector(color::kFaint);
  colors[ImGuiCol_WindowBg] = as_vector(color::kGround);
  colors[ImGuiCol_ChildBg] = clear;
  colors[ImGuiCol_PopupBg] = as_vector(color::kRaised);
  colors[ImGuiCol_Border] = as_vector(color::kLine);
  colors[ImGuiCol_FrameBg] = as_vector(color::kWell);
  colors[ImGuiCol_FrameBgHovered] = as_vector(color::kWell);
  colors[ImGuiCol_FrameBgActive] = as_vector(color::kWell);
  colors[ImGuiCol_Button] = as_vector(color::kRaised);
  colors[ImGuiCol_ButtonHovered] = as_vector(color::kHover);
  colors[ImGuiCol_ButtonActive] = as_vector(color::kHover);
  colors[ImGuiCol_TextSelectedBg] = as_vector(color::kAccent, 0.45F);
  colors[ImGuiCol_NavHighlight] = clear;  // The widgets draw their own ring
  colors[ImGuiCol_ScrollbarBg] = clear;
  colors[ImGuiCol_ScrollbarGrab] = as_vector(0x343A46);
  colors[ImGuiCol_ScrollbarGrabHovered] = as_vector(0x444C5A);
  colors[ImGuiCol_ScrollbarGrabActive] = as_vector(0x525B6B);
  colors[ImGuiCol_Header] = as_vector(color::kAccent, 0.22F);
  colors[ImGuiCol_HeaderHovered] = as_vector(color::kWhite, 0.06F);
  colors[ImGuiCol_HeaderActive] = as_vector(color::kAccent, 0.28F);
}

}  // namespace

Color pad_color(int pad) {
  return kPadColors.at(static_cast<std::size_t>(pad));
}

ImU32 packed(Color color, int opacity) {
  return IM_COL32(red(color), green(color), blue(color), opacity);
}

ImVec4 as_vector(Color color, float opacity) {
  constexpr float kFull = 255.0F;
  return {static_cast<float>(red(color)) / kFull, static_cast<float>(green(color)) / kFull,
          static_cast<float>(blue(color)) / kFull, opacity};
}

ImU32 mixed(Color from, Color to, float position, int opacity) {
  return IM_COL32(between(red(from), red(to), position), between(green(from), green(to), position),
                  between(blue(from), blue(to), position), opacity);
}

void apply_theme(float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.WindowPadding = ImVec2(0, 0);
  style.FramePadding = ImVec2(10, 7);
  style.ItemSpacing = ImVec2(8, 6);
  style.FrameRounding = 6;
  style.GrabRounding = 6;
  style.ScrollbarRounding = 6;
  style.PopupRounding = 8;
  style.ChildRounding = 8;
  style.ScrollbarSize = 10;
  style.FrameBorderSize = 1;
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.ChildBorderSize = 0;
  set_colors(style);
  style.ScaleAllSizes(scale);
}

}  // namespace dgx::ui
