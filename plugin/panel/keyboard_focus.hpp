// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

namespace dgx::plugin {

/// The X11 keyboard focus, borrowed from the host while a person types: hosts bind keys, and Space
/// would start the transport. Does nothing without a display. Threads: the one that draws.
class KeyboardFocus {
 public:
  KeyboardFocus();
  ~KeyboardFocus();
  KeyboardFocus(const KeyboardFocus&) = delete;
  KeyboardFocus& operator=(const KeyboardFocus&) = delete;

  void take(std::uintptr_t window);
  /// To whom it was taken from, unless somebody else has it by now.
  void give_back();

 private:
  struct Display;
  std::unique_ptr<Display> display_;
  std::uintptr_t window_ = 0;  ///< Which has it from here; 0 for none
  std::uintptr_t owner_ = 0;   ///< From whom
};

}  // namespace dgx::plugin
