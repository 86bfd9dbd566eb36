// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/ui/panel/shown_panel.hpp"

using namespace dgx::ui;

namespace {

/// The controls from the prompt by Tab, or by Shift+Tab, until the prompt comes again.
std::vector<std::string> round_by_tab(Shown& shown, bool backwards) {
  constexpr std::size_t kMostControls = 200;
  std::vector<std::string> way;
  do {
    shown.press(ImGuiKey_Tab, false, backwards);
    shown.panel->draw(shown.model);  // What is scrolled into view is there in the next frame.
    way.push_back(shown.focused());
    REQUIRE(shown.has_keyboard());
  } while (way.back() != "prompt" && way.size() < kMostControls);
  return way;
}

std::vector<std::string> missing_in(const std::vector<std::string>& way, const Audit& audit) {
  std::vector<std::string> missing;
  for (const Audit::Target& target : audit.targets()) {
    const bool reached = std::find(way.begin(), way.end(), target.name) != way.end();
    if (target.enabled && !reached) missing.push_back(target.name);
  }
  return missing;
}

}  // namespace

TEST_CASE(
    "Tab reaches every control that can be used, and comes back; Shift+Tab goes the other way",
    "[ui]") {
  const auto* state = GENERATE("no-service", "listening", "not-inserted");
  Shown shown(state);
  shown.click("prompt");
  const auto way = round_by_tab(shown, false);
  CHECK(missing_in(way, shown.panel->audit()).empty());
  CHECK(std::set(way.begin(), way.end()).size() == way.size());
  auto back = round_by_tab(shown, true);
  // Both end at the prompt.
  std::reverse(back.begin(), back.end() - 1);
  CHECK(back == way);
}

TEST_CASE("Without the keyboard Tab begins nothing, and Escape, Enter in a field or a click end it",
          "[ui]") {
  Shown shown("ready");
  shown.press(ImGuiKey_Tab);
  CHECK_FALSE(shown.has_keyboard());
  shown.click("prompt");
  REQUIRE(shown.tab_to("house"));
  CHECK(shown.has_keyboard());
  SECTION("Escape") {
    shown.press(ImGuiKey_Escape);
  }
  SECTION("a click") {
    shown.panel->click(shown.model, ImVec2(600, 24));
  }
  SECTION("Enter in a field") {
    REQUIRE(shown.tab_to("seed"));
    shown.press(ImGuiKey_Enter);
  }
  shown.panel->draw(shown.model);
  CHECK_FALSE(shown.has_keyboard());
}

TEST_CASE("Enter and Space press what Tab came to, and fields take what is typed", "[ui]") {
  Shown shown("instrument");
  shown.click("prompt");
  REQUIRE(shown.tab_to("house"));
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  CHECK(shown.model.prompt.has_word("house"));
  shown.press(ImGuiKey_Space);
  shown.panel->draw(shown.model);
  CHECK_FALSE(shown.model.prompt.has_word("house"));
  REQUIRE(shown.tab_to("bars 16"));
  shown.press(ImGuiKey_Space);
  CHECK(shown.model.prompt.bars == 16);
  REQUIRE(shown.tab_to("seed"));
  shown.panel->draw(shown.model);
  shown.type("77");
  shown.press(ImGuiKey_Tab);
  CHECK(shown.model.prompt.seed == 77);
  REQUIRE(shown.tab_to("generate"));
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  CHECK(shown.asked<GenerateTakes>().size() == 1);
}

TEST_CASE("Arrows go through the takes and through lists", "[ui]") {
  Shown shown("ready");
  shown.click("prompt");
  REQUIRE(shown.tab_to("take 01K0A"));
  shown.press(ImGuiKey_DownArrow);
  shown.panel->draw(shown.model);
  CHECK(shown.focused() == "take 01K09");
  for (int i = 0; i < 4; ++i) {
    shown.press(ImGuiKey_DownArrow);
    shown.panel->draw(shown.model);
  }
  CHECK(shown.focused() == "take 01K05");  // The list has scrolled.
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  CHECK(shown.model.history.selected()->take.id == "01K05");

  REQUIRE(shown.tab_to("key"));
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  shown.panel->draw(shown.model);
  shown.press(ImGuiKey_DownArrow);
  shown.press(ImGuiKey_DownArrow);
  shown.press(ImGuiKey_Space);
  shown.panel->draw(shown.model);
  CHECK(shown.model.prompt.key == "Cm");
  CHECK(shown.has_keyboard());
}

TEST_CASE("Tab stays in an open drawer, and Escape closes it before it gives the keyboard back",
          "[ui]") {
  Shown shown("musicgen");
  shown.click("prompt");
  REQUIRE(shown.tab_to("settings"));
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  shown.panel->draw(shown.model);
  REQUIRE(shown.tab_to("Guidance"));
  const double before = shown.model.prompt.cfg_coef;
  shown.press(ImGuiKey_RightArrow);
  CHECK(shown.model.prompt.cfg_coef == Approx(before + 0.1));
  CHECK_FALSE(shown.tab_to("generate"));
  shown.press(ImGuiKey_Escape);
  shown.panel->draw(shown.model);
  CHECK(shown.panel->audit().target("Guidance") == nullptr);
  CHECK(shown.has_keyboard());
  shown.press(ImGuiKey_Escape);
  CHECK_FALSE(shown.has_keyboard());
}
