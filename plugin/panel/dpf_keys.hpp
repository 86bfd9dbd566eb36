// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>
#include <DistrhoUI.hpp>
#include <optional>

#include "ui/panel/input_queue.hpp"

// What DPF and ImGui call the same thing.
namespace dgx::plugin {

std::optional<ImGuiKey> imgui_key(unsigned dpf_key);
ui::InputQueue::Modifiers modifiers_of(unsigned dpf_modifiers);
/// DPF counts left, middle, right from 1.
int imgui_button(unsigned dpf_button);
DGL_NAMESPACE::MouseCursor dpf_cursor(int imgui_cursor);

}  // namespace dgx::plugin
