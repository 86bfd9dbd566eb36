// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"

// The parts of the panel, each drawn into a place of its own.
namespace dgx::ui {

/// Name, service, queue, what the host says.
void draw_header(const Frame& frame, const Rect& place);
/// What is asked for, down to Generate.
void draw_prompt_card(const Frame& frame, const Rect& place);
/// The selected take, or what becomes of the one that is being made.
void draw_take_card(const Frame& frame, const Rect& place);
/// Search and list of takes.
void draw_history_card(const Frame& frame, const Rect& place);
/// The keys that play the instrument: the twelve pads, and the zone that the selected one is played
/// in at every pitch.
void draw_keyboard_card(const Frame& frame, Rect place);
float keyboard_height(const Frame& frame);
/// A word that opens the list of prompts to begin from, by genre.
void draw_preset_list(const Frame& frame, Rect place);
/// Sampling, loudness and files; opened by the prompt card's button.
void draw_settings_drawer(const Frame& frame, const Rect& opener);
inline constexpr const char* kSettingsPopup = "settings";

}  // namespace dgx::ui
