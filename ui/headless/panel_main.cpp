// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "ui/headless/offscreen.hpp"
#include "ui/headless/panel_states.hpp"

namespace {

constexpr int kUsageError = 2;
constexpr int kSettlingFrames = 3;  // Layouts that depend on the frame before

struct Arguments {
  bool list = false;
  std::string state = "ready";
  std::string size = "900x560";
  float scale = 1;
  std::string png{};
  bool settings = false;
  std::string focus{};
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "dgx-music-panel: %s\n", sentence.c_str());
  return kUsageError;
}

struct Size {
  int width = 0;
  int height = 0;
};

std::optional<int> parse_pixels(std::string_view text) {
  constexpr int kLeast = 100;
  constexpr int kMost = 8192;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value >= kLeast && value <= kMost ? std::optional(value) : std::nullopt;
}

/// "900x560"
std::optional<Size> parse_size(std::string_view text) {
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos) return std::nullopt;
  const auto width = parse_pixels(text.substr(0, x));
  const auto height = parse_pixels(text.substr(x + 1));
  if (!width || !height) return std::nullopt;
  return Size{*width, *height};
}

/// Goes by Tab from the prompt to a control; false where none of that name is on the way.
bool tab_to(dgx::ui::OffscreenPanel& panel, dgx::ui::PanelModel& model, const std::string& name) {
  constexpr int kMostControls = 300;
  if (!panel.click(model, "prompt")) return false;
  const auto there = [&] { return panel.view().tabs.focused() == name; };
  for (int i = 0; i < kMostControls && !there(); ++i) panel.press(model, ImGuiKey_Tab);
  return there();
}

int draw(const Arguments& arguments) {
  using namespace dgx::ui;
  const auto& states = panel_states();
  const auto state = std::find_if(states.begin(), states.end(), [&](const PanelState& one) {
    return one.name == arguments.state;
  });
  if (state == states.end()) return complain("no state is called " + arguments.state + "; --list");
  const auto size = parse_size(arguments.size);
  if (!size) return complain("size must be WxH of 100 to 8192 pixels, got " + arguments.size);
  auto panel = OffscreenPanel::open(size->width, size->height, arguments.scale);
  if (!panel) return complain(panel.error().message);
  PanelModel model;
  state->make(model);
  (*panel)->set_now(kStateTime);
  for (int i = 0; i < kSettlingFrames; ++i) (*panel)->draw(model);
  if (arguments.settings) {
    if (const auto opened = (*panel)->click(model, "settings"); !opened) {
      return complain(opened.error().message);
    }
    (*panel)->draw(model);
  }
  if (!arguments.focus.empty() && !tab_to(**panel, model, arguments.focus)) {
    return complain("Tab reaches no control called " + arguments.focus);
  }
  const auto written = write_png((*panel)->picture(), arguments.png);
  return written ? 0 : complain(written.error().message);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Draws a state of the panel into a picture, without a window."};
  Arguments arguments;
  app.add_flag("--list", arguments.list, "list the states");
  app.add_option("--state", arguments.state, "which of them")->capture_default_str();
  app.add_option("--size", arguments.size, "pixels, as WxH")->capture_default_str();
  app.add_option("--scale", arguments.scale, "1 = 96 dpi")->check(CLI::Range(0.5, 4.0));
  app.add_flag("--settings", arguments.settings, "with the settings drawer open");
  app.add_option("--focus", arguments.focus, "with the keyboard on a control, such as generate");
  app.add_option("--png", arguments.png, "the file to write");
  CLI11_PARSE(app, argc, argv);
  if (arguments.list) {
    for (const dgx::ui::PanelState& state : dgx::ui::panel_states()) {
      std::printf("%-12s %s\n", std::string(state.name).c_str(), std::string(state.words).c_str());
    }
    return 0;
  }
  if (arguments.png.empty()) return complain("--png is needed, or --list");
  return draw(arguments);
}
