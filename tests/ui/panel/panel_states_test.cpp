// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/support/catch.hpp"
#include "tests/ui/panel/shown_panel.hpp"
#include "ui/headless/offscreen.hpp"
#include "ui/headless/panel_states.hpp"

using namespace dgx::ui;

namespace {

constexpr float kLeastTarget = 18;  // Units; what is lower is a line of text that is wide

struct Look {
  int width;
  int height;
  float scale;
};

std::size_t color_count(const Picture& picture) {
  std::set<unsigned> colors;
  for (std::size_t i = 0; i + 2 < picture.pixels.size(); i += 3) {
    colors.insert(static_cast<unsigned>(picture.pixels[i]) << 16U |
                  static_cast<unsigned>(picture.pixels[i + 1]) << 8U | picture.pixels[i + 2]);
  }
  return colors.size();
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += "\n  " + sentence;
  return text;
}

}  // namespace

TEST_CASE("Each state of the panel is whole at the least size, at the usual one and at scale 2",
          "[ui]") {
  const Look look =
      GENERATE(Look{800, 500, 1}, Look{900, 560, 1}, Look{1600, 1000, 2}, Look{1400, 900, 1.25F});
  for (const PanelState& state : panel_states()) {
    auto panel = OffscreenPanel::open(look.width, look.height, look.scale);
    REQUIRE_OK(panel);
    PanelModel model;
    state.make(model);
    (*panel)->set_now(kStateTime);
    for (int frame = 0; frame < 3; ++frame) (*panel)->draw(model);
    const ImVec2 screen(static_cast<float>(look.width), static_cast<float>(look.height));
    const auto findings = (*panel)->audit().findings(screen, kLeastTarget * look.scale);
    INFO(state.name << " at " << look.width << "x" << look.height << joined(findings));
    CHECK(findings.empty());
    CHECK((*panel)->audit().targets().size() > 20);
    CHECK(color_count((*panel)->picture()) > 100);
  }
}

TEST_CASE("A job that waits for Ardour says so where its progress will be", "[ui]") {
  const Shown shown("held");
  CHECK(shown.says("Waits while Ardour plays"));
  CHECK_FALSE(shown.says("Waiting"));
}

TEST_CASE("The audit finds what it is there for", "[ui]") {
  Audit audit;
  audit.add_text("wide", {{0, 0}, {50, 10}}, {{0, 0}, {40, 10}});
  audit.add_text("outside", {{190, 0}, {210, 10}}, {{190, 0}, {210, 10}});
  audit.add_target("small", {{0, 20}, {40, 30}}, true);
  audit.add_target("one", {{0, 40}, {40, 60}}, true);
  audit.add_target("two", {{30, 50}, {80, 80}}, true);
  const auto findings = audit.findings({200, 100}, 18);
  CHECK(findings == std::vector<std::string>{"\"wide\" is cut off", "\"outside\" leaves the panel",
                                             "small is too small to hit", "one and two overlap"});
}
