// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ui/model/panel_model.hpp"

namespace dgx::ui {

/// A moment that a person meets, as the updates that lead to it.
struct PanelState {
  std::string_view name;
  std::string_view words;  ///< What is going on
  void (*make)(PanelModel& model);
};

/// All of them, for pictures and tests. Their times are `kStateTime` or before.
const std::vector<PanelState>& panel_states();
inline constexpr const char* kStateTime = "2026-11-21T18:00:00.000Z";

}  // namespace dgx::ui
