// SPDX-License-Identifier: Apache-2.0
#include "plugin/panel/keyboard_focus.hpp"

#include <X11/Xlib.h>

#include <utility>

namespace dgx::plugin {
namespace {

// A window that is gone meanwhile is no reason to end the host, as Xlib would.
int forgive(Display* /*display*/, XErrorEvent* /*error*/) {
  return 0;
}

::Window focused(::Display* display) {
  ::Window window = 0;
  int revert = 0;
  XGetInputFocus(display, &window, &revert);
  return window;
}

void set_focus(::Display* display, ::Window window) {
  XSync(display, False);
  const XErrorHandler before = XSetErrorHandler(forgive);
  XSetInputFocus(display, window, RevertToParent, CurrentTime);
  XSync(display, False);
  XSetErrorHandler(before);
}

}  // namespace

// A connection of its own: DPF does not show the one of its window.
struct KeyboardFocus::Display {
  ::Display* handle = XOpenDisplay(nullptr);
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  ~Display() {
    if (handle != nullptr) XCloseDisplay(handle);
  }
};

KeyboardFocus::KeyboardFocus() : display_(std::make_unique<Display>()) {}
KeyboardFocus::~KeyboardFocus() {
  give_back();
}

void KeyboardFocus::take(std::uintptr_t window) {
  if (display_->handle == nullptr || window_ != 0) return;
  owner_ = focused(display_->handle);
  window_ = window;
  set_focus(display_->handle, window);
}

void KeyboardFocus::give_back() {
  if (display_->handle == nullptr || window_ == 0) return;
  const auto window = std::exchange(window_, 0);
  if (focused(display_->handle) != window || owner_ == window) return;
  set_focus(display_->handle, owner_ == None ? PointerRoot : owner_);
}

}  // namespace dgx::plugin
