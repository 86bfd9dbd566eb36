// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

#include <cstdint>

// The look: one dark ground, cards with hair lines, one accent, one second colour, one for
// warnings.
namespace dgx::ui {

/// 0xRRGGBB
using Color = std::uint32_t;

namespace color {
constexpr Color kGround = 0x121418;
constexpr Color kHeader = 0x16191E;
constexpr Color kCard = 0x1A1D23;
constexpr Color kWell = 0x101216;
constexpr Color kRaised = 0x20242B;
constexpr Color kHover = 0x2A303A;
constexpr Color kLine = 0x2A2F39;
constexpr Color kText = 0xE8EAEE;
constexpr Color kDim = 0x9AA1AE;    // 6.6:1 on a card, WCAG AA for small text
constexpr Color kFaint = 0x7A8290;  // 4.5:1 on a card
constexpr Color kAccent = 0x7B6CF6;
constexpr Color kSecond = 0x2CC5B5;
constexpr Color kWarning = 0xF2B84B;
constexpr Color kProblem = 0xF26D6D;
constexpr Color kWhite = 0xFFFFFF;
}  // namespace color

/// Of each pad (0 to 11) and all that plays its take.
Color pad_color(int pad);

/// For draw lists; opacity 0 to 255.
ImU32 packed(Color color, int opacity = 255);
/// For styles; opacity 0 to 1.
ImVec4 as_vector(Color color, float opacity = 1.0F);
/// Between two colours, position 0 to 1.
ImU32 mixed(Color from, Color to, float position, int opacity = 255);

/// Sets ImGui's style for the look at a scale (1 = 96 dpi).
void apply_theme(float scale);

}  // namespace dgx::ui
