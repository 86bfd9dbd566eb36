// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/input_queue.hpp"

#include "tests/support/catch.hpp"

using namespace dgx::ui;

namespace {

struct Context {
  ImGuiContext* made = ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ImGui::DestroyContext(made); }
};

}  // namespace

TEST_CASE("A click between two frames is seen as a press and a release", "[ui]") {
  const Context context;
  InputQueue queue;
  queue.move({5, 5});
  queue.button(0, true, {6, 6});
  queue.button(0, false, {6, 6});
  queue.move({90, 90});
  queue.feed(context.io);
  CHECK(context.io.MouseDown[0]);
  CHECK(context.io.MousePos.x == 6);
  queue.feed(context.io);
  CHECK_FALSE(context.io.MouseDown[0]);
  CHECK(context.io.MousePos.x == 6);  // Where it was released
  queue.feed(context.io);
  CHECK(context.io.MousePos.x == 90);
  CHECK(queue.empty());
}

TEST_CASE("Letters come at once, and a key that edits never before them", "[ui]") {
  const Context context;
  InputQueue queue;
  for (const char letter : {'a', 'b', 'c'}) queue.character(static_cast<unsigned>(letter));
  queue.key(ImGuiKey_Backspace, true, {});
  queue.key(ImGuiKey_Backspace, false, {});
  queue.character('d');
  queue.feed(context.io);
  CHECK(context.io.InputQueueCharacters.Size == 3);
  CHECK_FALSE(context.io.KeysDown[ImGuiKey_Backspace]);
  queue.feed(context.io);
  CHECK(context.io.KeysDown[ImGuiKey_Backspace]);
  CHECK(context.io.InputQueueCharacters.Size == 3);
  queue.feed(context.io);
  CHECK_FALSE(context.io.KeysDown[ImGuiKey_Backspace]);
  CHECK(context.io.InputQueueCharacters.Size == 4);
  CHECK(queue.empty());
}

TEST_CASE("No key is held once another window has the keyboard", "[ui]") {
  const Context context;
  InputQueue queue;
  queue.key(ImGuiKey_A, true, {.ctrl = true});
  queue.feed(context.io);
  CHECK(context.io.KeyCtrl);
  queue.release_keys();
  queue.feed(context.io);
  CHECK_FALSE(context.io.KeyCtrl);
  CHECK_FALSE(context.io.KeysDown[ImGuiKey_A]);
}

TEST_CASE("Many moves are one; the wheel adds up; what is no button is nothing", "[ui]") {
  const Context context;
  InputQueue queue;
  for (int x = 0; x < 100; ++x) queue.move({static_cast<float>(x), 0});
  queue.wheel({0, 1});
  queue.wheel({0, 2});
  queue.button(5, true, {0, 0});
  queue.button(-1, true, {0, 0});
  queue.key(ImGuiKey_COUNT, true, {});
  queue.feed(context.io);
  CHECK(context.io.MousePos.x == 99);
  CHECK(context.io.MouseWheel == 3);
  CHECK(queue.empty());
}
