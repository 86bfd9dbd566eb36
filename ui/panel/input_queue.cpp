// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/input_queue.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace dgx::ui {

/// What the frame that begins has been told already.
struct InputQueue::Seen {
  std::array<bool, 5> buttons{};
  std::array<bool, ImGuiKey_COUNT> keys{};
  bool any_button = false;
  bool any_key_down = false;
  bool any_character = false;
};

void InputQueue::move(ImVec2 to) {
  if (!events_.empty() && events_.back().kind == Kind::kMove) events_.pop_back();
  events_.push_back({Kind::kMove, 0, false, to, {}});
}

void InputQueue::button(int number, bool down, ImVec2 at) {
  if (number < 0 || number >= 5) return;
  events_.push_back({Kind::kButton, static_cast<unsigned>(number), down, at, {}});
}

void InputQueue::wheel(ImVec2 by) {
  events_.push_back({Kind::kWheel, 0, false, by, {}});
}

void InputQueue::key(ImGuiKey key, bool down, Modifiers modifiers) {
  if (key < 0 || key >= ImGuiKey_COUNT) return;
  events_.push_back({Kind::kKey, static_cast<unsigned>(key), down, {}, modifiers});
}

void InputQueue::character(unsigned code_point) {
  events_.push_back({Kind::kCharacter, code_point, true, {}, {}});
}

void InputQueue::release_keys() {
  events_.push_back({Kind::kRelease, 0, false, {}, {}});
}

// The place where a button goes down is the one where it is seen; a letter that is typed after
// Backspace must not come before it.
bool InputQueue::has_to_wait(const Event& event, const Seen& seen) {
  switch (event.kind) {
    case Kind::kMove:
      return seen.any_button;
    case Kind::kButton:
      return seen.buttons.at(event.code);
    case Kind::kKey:
      return seen.keys.at(event.code) || (event.down && seen.any_character);
    case Kind::kCharacter:
      return seen.any_key_down;
    case Kind::kWheel:
    case Kind::kRelease:
      return false;
  }
  return false;
}

void InputQueue::hand_over(const Event& event, ImGuiIO& io, Seen& seen) {
  switch (event.kind) {
    case Kind::kMove:
      io.MousePos = event.at;
      return;
    case Kind::kButton:
      io.MousePos = event.at;
      io.MouseDown[event.code] = event.down;
      seen.buttons.at(event.code) = true;
      seen.any_button = true;
      return;
    case Kind::kWheel:
      io.MouseWheelH += event.at.x;
      io.MouseWheel += event.at.y;
      return;
    case Kind::kKey:
      io.KeysDown[event.code] = event.down;
      io.KeyShift = event.modifiers.shift;
      io.KeyCtrl = event.modifiers.ctrl;
      io.KeyAlt = event.modifiers.alt;
      io.KeySuper = event.modifiers.super;
      seen.keys.at(event.code) = true;
      seen.any_key_down = seen.any_key_down || event.down;
      return;
    case Kind::kCharacter:
      io.AddInputCharacter(event.code);
      seen.any_character = true;
      return;
    case Kind::kRelease:
      std::fill(std::begin(io.KeysDown), std::end(io.KeysDown), false);
      io.KeyShift = io.KeyCtrl = io.KeyAlt = io.KeySuper = false;
      return;
  }
}

void InputQueue::feed(ImGuiIO& io) {
  Seen seen;
  while (!events_.empty() && !has_to_wait(events_.front(), seen)) {
    hand_over(events_.front(), io, seen);
    events_.pop_front();
  }
}

void map_keys(ImGuiIO& io) {
  for (int key = 0; key < ImGuiKey_COUNT; ++key) io.KeyMap[key] = key;
}

}  // namespace dgx::ui
