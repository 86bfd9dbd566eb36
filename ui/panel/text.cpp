// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/text.hpp"

#include <cfloat>
#include <cmath>

namespace dgx::ui {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

void draw_at(const Frame& frame, const Rect& room, std::string_view words, const TextLook& look) {
  const float width = text_width(look.font, words);
  const float slack = room.width() - width;
  const float share = look.align == Align::kLeft ? 0.0F : look.align == Align::kRight ? 1.0F : 0.5F;
  const ImVec2 at(std::round(room.min.x + slack * share),
                  std::round((room.min.y + room.max.y - look.font->FontSize) / 2));
  ImGui::GetWindowDrawList()->AddText(look.font, look.font->FontSize, at, packed(look.color),
                                      words.data(), words.data() + words.size());
  if (frame.audit == nullptr) return;
  frame.audit->add_text(std::string(words), {at, {at.x + width, at.y + look.font->FontSize}}, room);
}

/// How many bytes of `words` fit in one line, broken after a blank where there is one.
std::size_t line_length(const ImFont* font, std::string_view words, float width) {
  const char* end = words.data() + words.size();
  const char* cut = font->CalcWordWrapPositionA(1.0F, words.data(), end, width);
  return static_cast<std::size_t>(cut - words.data());
}

}  // namespace

float text_width(const ImFont* font, std::string_view words) {
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, words.data(), words.data() + words.size())
      .x;
}

std::string shortened(const ImFont* font, std::string_view words, float width) {
  if (text_width(font, words) <= width) return std::string(words);
  const float room = width - text_width(font, kEllipsis);
  const char* rest = nullptr;
  font->CalcTextSizeA(font->FontSize, room, 0, words.data(), words.data() + words.size(), &rest);
  std::string_view fits = words.substr(0, static_cast<std::size_t>(rest - words.data()));
  while (!fits.empty() && fits.back() == ' ') fits.remove_suffix(1);
  return std::string(fits) + std::string(kEllipsis);
}

void draw_text(const Frame& frame, const Rect& room, std::string_view words, const TextLook& look) {
  draw_at(frame, room, words, look);
}

void draw_fitted(const Frame& frame, const Rect& room, std::string_view words,
                 const TextLook& look) {
  const std::string fits = shortened(look.font, words, room.width());
  draw_at(frame, room, fits, look);
  if (fits != words) tip(frame, room, words);
}

void draw_paragraph(const Frame& frame, const Rect& room, std::string_view words,
                    const TextLook& look) {
  Rect rest = room;
  const float height = std::round(look.font->FontSize * 1.4F);
  while (!words.empty() && rest.height() >= height) {
    const bool is_last = rest.height() < 2 * height;
    const std::size_t length = is_last ? words.size() : line_length(look.font, words, room.width());
    draw_fitted(frame, rest.cut_top(height), words.substr(0, length), look);
    words.remove_prefix(length);
    while (!words.empty() && words.front() == ' ') words.remove_prefix(1);
  }
}

void tip(const Frame& frame, const Rect& place, std::string_view words) {
  if (!ImGui::IsMouseHoveringRect(place.min, place.max)) return;
  if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem)) return;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(frame.px(10), frame.px(7)));
  ImGui::BeginTooltip();
  ImGui::PushFont(frame.fonts.small);
  ImGui::PushTextWrapPos(frame.px(320));
  ImGui::TextUnformatted(words.data(), words.data() + words.size());
  ImGui::PopTextWrapPos();
  ImGui::PopFont();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
  if (frame.audit != nullptr) frame.audit->add_tip(std::string(words));
}

}  // namespace dgx::ui
