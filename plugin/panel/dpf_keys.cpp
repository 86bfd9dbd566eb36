// SPDX-License-Identifier: Apache-2.0
#include "plugin/panel/dpf_keys.hpp"

#include <algorithm>
#include <array>

namespace dgx::plugin {
namespace {

struct KeyPair {
  unsigned dpf;
  ImGuiKey imgui;
};

// Those of ImGui's that have a meaning for it; letters for its shortcuts.
constexpr std::array<KeyPair, 26> kKeys = {{{'\t', ImGuiKey_Tab},
                                            {DGL_NAMESPACE::kKeyLeft, ImGuiKey_LeftArrow},
                                            {DGL_NAMESPACE::kKeyRight, ImGuiKey_RightArrow},
                                            {DGL_NAMESPACE::kKeyUp, ImGuiKey_UpArrow},
                                            {DGL_NAMESPACE::kKeyDown, ImGuiKey_DownArrow},
                                            {DGL_NAMESPACE::kKeyPageUp, ImGuiKey_PageUp},
                                            {DGL_NAMESPACE::kKeyPageDown, ImGuiKey_PageDown},
                                            {DGL_NAMESPACE::kKeyHome, ImGuiKey_Home},
                                            {DGL_NAMESPACE::kKeyEnd, ImGuiKey_End},
                                            {DGL_NAMESPACE::kKeyInsert, ImGuiKey_Insert},
                                            {DGL_NAMESPACE::kKeyDelete, ImGuiKey_Delete},
                                            {DGL_NAMESPACE::kKeyBackspace, ImGuiKey_Backspace},
                                            {' ', ImGuiKey_Space},
                                            {'\r', ImGuiKey_Enter},
                                            {DGL_NAMESPACE::kKeyEscape, ImGuiKey_Escape},
                                            {'a', ImGuiKey_A},
                                            {'c', ImGuiKey_C},
                                            {'v', ImGuiKey_V},
                                            {'x', ImGuiKey_X},
                                            {'y', ImGuiKey_Y},
                                            {'z', ImGuiKey_Z},
                                            {'A', ImGuiKey_A},
                                            {'C', ImGuiKey_C},
                                            {'V', ImGuiKey_V},
                                            {'X', ImGuiKey_X},
                                            {'Z', ImGuiKey_Z}}};

}  // namespace

std::optional<ImGuiKey> imgui_key(unsigned dpf_key) {
  const auto* found = std::find_if(kKeys.begin(), kKeys.end(),
                                   [dpf_key](const KeyPair& pair) { return pair.dpf == dpf_key; });
  if (found == kKeys.end()) return std::nullopt;
  return found->imgui;
}

ui::InputQueue::Modifiers modifiers_of(unsigned dpf_modifiers) {
  return {(dpf_modifiers & DGL_NAMESPACE::kModifierShift) != 0,
          (dpf_modifiers & DGL_NAMESPACE::kModifierControl) != 0,
          (dpf_modifiers & DGL_NAMESPACE::kModifierAlt) != 0,
          (dpf_modifiers & DGL_NAMESPACE::kModifierSuper) != 0};
}

int imgui_button(unsigned dpf_button) {
  if (dpf_button == DGL_NAMESPACE::kMouseButtonMiddle) return ImGuiMouseButton_Middle;
  return dpf_button == DGL_NAMESPACE::kMouseButtonRight ? ImGuiMouseButton_Right
                                                        : ImGuiMouseButton_Left;
}

DGL_NAMESPACE::MouseCursor dpf_cursor(int imgui_cursor) {
  switch (imgui_cursor) {
    case ImGuiMouseCursor_TextInput:
      return DGL_NAMESPACE::kMouseCursorCaret;
    case ImGuiMouseCursor_Hand:
      return DGL_NAMESPACE::kMouseCursorHand;
    case ImGuiMouseCursor_ResizeEW:
      return DGL_NAMESPACE::kMouseCursorLeftRight;
    default:
      return DGL_NAMESPACE::kMouseCursorArrow;
  }
}

}  // namespace dgx::plugin
