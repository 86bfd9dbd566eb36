// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

#include <cstdint>
#include <deque>

namespace dgx::ui {

/// What a window system says, on its way to ImGui 1.86, which looks at mouse and keys only when a
/// frame begins: of a press and its release between two frames it would see neither. So each
/// button and each key that edits changes once a frame at most, in the order of their coming;
/// letters all go at once. Threads: the one that owns the context.
class InputQueue {
 public:
  struct Modifiers {
    bool shift = false;
    bool ctrl = false;
    bool alt = false;
    bool super = false;
  };

  void move(ImVec2 to);
  /// Button 0 is the left one, 1 the right, 2 the middle.
  void button(int number, bool down, ImVec2 at);
  void wheel(ImVec2 by);
  void key(ImGuiKey key, bool down, Modifiers modifiers);
  void character(unsigned code_point);
  /// Another window has the keyboard now: no key is held any more.
  void release_keys();

  [[nodiscard]] bool empty() const { return events_.empty(); }
  /// Hands over what the next frame may see. Call it before NewFrame().
  void feed(ImGuiIO& io);

 private:
  enum class Kind : std::uint8_t { kMove, kButton, kWheel, kKey, kCharacter, kRelease };
  struct Event {
    Kind kind = Kind::kMove;
    unsigned code = 0;
    bool down = false;
    ImVec2 at{};
    Modifiers modifiers{};
  };
  struct Seen;

  static bool has_to_wait(const Event& event, const Seen& seen);
  static void hand_over(const Event& event, ImGuiIO& io, Seen& seen);

  std::deque<Event> events_{};
};

/// Gives ImGui's keys their own numbers, as InputQueue uses them.
void map_keys(ImGuiIO& io);

}  // namespace dgx::ui
