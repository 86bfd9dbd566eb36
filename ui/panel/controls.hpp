// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"
#include "ui/panel/text.hpp"

// What a person presses, drawn at a given place, with a ring where it has the keyboard. A control's
// name is its identity, also for tests.
namespace dgx::ui {

struct ControlState {
  bool on = false;
  bool enabled = true;
};

/// The area and the behaviour of a button, without its look.
struct Press {
  bool pressed = false;
  bool hovered = false;
  bool held = false;
};
Press press_area(const Frame& frame, std::string_view name, const Rect& place, bool enabled = true);
/// Tells Tab of the control that was drawn last; press_area() and the fields do so themselves.
void add_tab_stop(const Frame& frame, std::string_view name, const Rect& place, ControlKind kind);
/// A ring around the control that was drawn last, where it has the keyboard.
void focus_ring(const Frame& frame, const Rect& place, float radius);

void card(const Frame& frame, const Rect& place);
void label(const Frame& frame, const Rect& place, std::string_view words);
/// A small rounded word: a model's licence, a state.
void badge(const Frame& frame, const Rect& place, std::string_view words, Color color);
float badge_width(const Frame& frame, std::string_view words);

bool chip(const Frame& frame, const Rect& place, std::string_view name, std::string_view words,
          ControlState state, Color accent);
float chip_width(const Frame& frame, std::string_view words);
bool icon_button(const Frame& frame, const Rect& place, std::string_view name,
                 const char* icon_text, std::string_view hint, ControlState state = {});
bool text_button(const Frame& frame, const Rect& place, std::string_view name,
                 std::string_view words, ControlState state = {});
bool primary_button(const Frame& frame, const Rect& place, std::string_view name,
                    std::string_view words, ControlState state);

/// One of several; gives the one that was pressed.
std::optional<std::size_t> segments(const Frame& frame, const Rect& place, std::string_view name,
                                    std::span<const std::string> choices,
                                    std::optional<std::size_t> chosen);

struct SliderRange {
  double least = 0;
  double most = 1;
  double step = 0.01;
};
/// A label, the value in words, and the slider beneath; true when the value changed.
bool slider(const Frame& frame, const Rect& place, std::string_view name, std::string_view words,
            double& value, const SliderRange& range);

/// A number that can be typed; true when it changed. It stays in its range.
bool number_field(const Frame& frame, const Rect& place, std::string_view name, double& value,
                  const SliderRange& range, std::string_view hint);
bool whole_number_field(const Frame& frame, const Rect& place, std::string_view name,
                        std::int64_t& value, std::int64_t most, std::string_view hint);
/// One line of text; true on Enter. Escape and a click elsewhere give the keyboard back.
bool text_field(const Frame& frame, const Rect& place, std::string_view name, std::string& text,
                std::string_view placeholder, bool focus = false);

}  // namespace dgx::ui
