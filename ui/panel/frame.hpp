// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ui/model/panel_model.hpp"
#include "ui/panel/audit.hpp"
#include "ui/panel/fonts.hpp"
#include "ui/panel/tab_order.hpp"

namespace dgx::ui {

/// What belongs to the view alone: which tab is open, what is being typed into a field.
struct ViewState {
  TabOrder tabs{};
  std::size_t word_group = 0;
  std::string search{};
  std::string renamed_take{};  ///< The take whose name is being typed; empty for none
  std::string new_name{};
  bool focus_name = false;
  bool focus_prompt = false;
  // Of the prompt box, as the frame before left them.
  bool prompt_active = false;
  bool caret_in_first_line = false;
  bool caret_in_last_line = false;
  bool replace_prompt = false;  ///< The text was changed beside the caret
};

/// What the drawing of one frame needs. Lives as long as the frame.
struct Frame {
  PanelModel& model;
  ViewState& view;
  const Fonts& fonts;
  float scale = 1;    ///< Pixels of one unit of the layout
  std::string now{};  ///< RFC 3339, for ages
  Audit* audit = nullptr;

  [[nodiscard]] float px(float units) const { return units * scale; }
};

}  // namespace dgx::ui
