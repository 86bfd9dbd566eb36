// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/catch.hpp"
#include "ui/headless/offscreen.hpp"
#include "ui/headless/panel_states.hpp"
#include "ui/panel/panel.hpp"

namespace dgx::ui {

/// The panel in one of its states, at the usual size.
struct Shown {
  std::unique_ptr<OffscreenPanel> panel{};
  PanelModel model{};

  explicit Shown(const std::string& name) {
    auto opened = OffscreenPanel::open(900, 560, 1);
    REQUIRE_OK(opened);
    panel = *std::move(opened);
    for (const PanelState& state : panel_states()) {
      if (state.name == name) state.make(model);
    }
    panel->set_now(kStateTime);
    panel->draw(model);
    panel->draw(model);
    model.take_intents();
  }
  void click(const std::string& target) { REQUIRE_OK(panel->click(model, target)); }
  void type(const std::string& text) { panel->type(model, text); }
  void press(ImGuiKey key, bool ctrl = false, bool shift = false) {
    panel->press(model, key, ctrl, shift);
  }
  [[nodiscard]] std::string focused() const { return panel->view().tabs.focused(); }
  [[nodiscard]] bool has_keyboard() const { return wants_keyboard(panel->view()); }
  [[nodiscard]] bool says(const std::string& words) const {
    const auto& texts = panel->audit().texts();
    return std::any_of(texts.begin(), texts.end(),
                       [&](const auto& text) { return text.words == words; });
  }
  /// Goes on by Tab until a control has the focus; false where it is not on the way.
  bool tab_to(const std::string& name) {
    constexpr int kMostControls = 200;
    for (int i = 0; i < kMostControls && focused() != name; ++i) press(ImGuiKey_Tab);
    return focused() == name;
  }

  template <typename T>
  std::vector<T> asked() {
    std::vector<T> found;
    for (const Intent& intent : model.take_intents()) {
      if (const T* one = std::get_if<T>(&intent)) found.push_back(*one);
    }
    return found;
  }
};

}  // namespace dgx::ui
