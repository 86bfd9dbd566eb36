// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

namespace dgx::ui {

/// The panel's fonts: Inter, with the icons that it uses merged in. They belong to the ImGui
/// context that was current when they were loaded.
struct Fonts {
  ImFont* body = nullptr;   ///< 14 px
  ImFont* bold = nullptr;   ///< 14 px
  ImFont* small = nullptr;  ///< 12 px
  ImFont* title = nullptr;  ///< 18 px
};

/// Loads them from the bytes inside this binary, for a scale. To be called before the renderer
/// makes its texture.
Fonts load_fonts(float scale);

/// UTF-8 of single icons (Material Design Icons, package fonts-materialdesignicons-webfont).
namespace icon {
constexpr const char* kGenerate = "\xEF\x81\xA8";
constexpr const char* kCancel = "\xEF\x85\x96";
constexpr const char* kDice = "\xEF\x87\x8E";
constexpr const char* kLocked = "\xEF\x8C\xBE";
constexpr const char* kUnlocked = "\xEF\x8D\x80";
constexpr const char* kStar = "\xEF\x93\x8E";
constexpr const char* kStarOutline = "\xEF\x93\x92";
constexpr const char* kTune = "\xEF\x98\xAE";
constexpr const char* kTrash = "\xEF\x87\x80";
constexpr const char* kRename = "\xEF\x8F\xAB";
constexpr const char* kVary = "\xEF\x92\x9F";
constexpr const char* kSearch = "\xEF\x8D\x89";
constexpr const char* kUndo = "\xEF\x95\x8C";
constexpr const char* kOpenList = "\xEF\x85\x80";
constexpr const char* kPower = "\xEF\x90\xA5";
constexpr const char* kPlay = "\xEF\x90\x8A";
constexpr const char* kStop = "\xEF\x93\x9B";
constexpr const char* kWarning = "\xEF\x80\xA8";
}  // namespace icon

}  // namespace dgx::ui
