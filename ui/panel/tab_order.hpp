// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ui/panel/geometry.hpp"

struct ImGuiWindow;

namespace dgx::ui {

enum class ControlKind { kButton, kField };

/// The item that was drawn last.
ImGuiID last_item();

/// The way of Tab through the controls, as they lie: card by card, each from its top left corner to
/// its bottom right one. ImGui 1.86 goes by Tab to fields alone. It begins once the panel has the
/// keyboard, which only a click into a field gives it, and ends with Escape, a click, or Enter in a
/// field. While a popup is open, Tab stays in it. Enter presses what has the focus; so does Space,
/// by ImGui, which also moves by arrows.
/// Threads: the one that owns the context.
class TabOrder {
 public:
  /// Before anything is drawn: what the keys of this frame mean, by what the last frame drew.
  void begin_frame();
  /// Controls from here on come after those before, wherever they lie.
  void begin_card() { ++card_; }
  /// A control of the current window that can be used now.
  void add(ImGuiID id, std::string_view name, const Rect& place, ControlKind kind);

  /// True while the keyboard moves between controls.
  [[nodiscard]] bool is_on() const { return on_; }
  void end() { on_ = false; }
  /// Name of the control that has the focus; empty for none of them.
  [[nodiscard]] std::string focused() const;

 private:
  struct Stop {
    ImGuiID id;
    std::string name;
    Rect place;
    ControlKind kind;
    int card;
    ImGuiWindow* window;
  };

  void sort();
  [[nodiscard]] const Stop* find(ImGuiID id) const;
  void move(int way) const;
  void press_focused() const;

  std::vector<Stop> stops_{};
  int card_ = 0;
  bool on_ = false;
  bool had_popup_ = false;  ///< When the frame before began
};

}  // namespace dgx::ui
