// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/ui/panel/shown_panel.hpp"
#include "ui/panel/theme.hpp"

using namespace dgx::ui;

namespace {

const Rect& place_of_key(const Shown& shown, int note) {
  const auto& signs = shown.panel->audit().signs();
  const auto found = std::find_if(signs.begin(), signs.end(), [&](const Audit::Sign& sign) {
    return sign.name == "key " + std::to_string(note);
  });
  REQUIRE(found != signs.end());
  return found->place;
}

/// The pixel at a place, 0xRRGGBB.
Color color_at(const Shown& shown, ImVec2 place) {
  const Picture picture = shown.panel->picture();
  const auto x = static_cast<std::size_t>(place.x);
  const auto y = static_cast<std::size_t>(place.y);
  const auto* pixel = &picture.pixels[3 * (y * static_cast<std::size_t>(picture.width) + x)];
  return static_cast<Color>(pixel[0]) << 16U | static_cast<Color>(pixel[1]) << 8U |
         static_cast<Color>(pixel[2]);
}

ImVec2 top_of(const Rect& key) {
  return {key.center().x, key.min.y + 4};
}
ImVec2 foot_of(const Rect& key) {
  return {key.center().x, key.max.y - 4};
}

}  // namespace

TEST_CASE("Keys that sound have the colour of their pad, others have not", "[ui]") {
  const Shown shown("playing");
  CHECK(color_at(shown, foot_of(place_of_key(shown, 60))) == pad_color(0));
  CHECK(color_at(shown, top_of(place_of_key(shown, 70))) == pad_color(0));
  CHECK(color_at(shown, foot_of(place_of_key(shown, 62))) != pad_color(0));
  CHECK(color_at(shown, top_of(place_of_key(shown, 68))) != pad_color(0));
}

TEST_CASE("The root has a dot, where the zone has it", "[ui]") {
  Shown shown("playing");
  const Rect at_57 = place_of_key(shown, 57);
  const Rect at_55 = place_of_key(shown, 55);
  const auto dot_of = [&](const Rect& key) {
    return color_at(shown, {key.center().x - 0.5F, key.max.y - 5});
  };
  CHECK(dot_of(at_57) == color::kText);
  CHECK(dot_of(at_55) != color::kText);
  shown.model.board->root = 55;
  shown.panel->draw(shown.model);
  CHECK(dot_of(at_55) == color::kText);
  CHECK(dot_of(at_57) != color::kText);
  shown.model.board->root = 12;  // Below the zone: no key has it.
  shown.panel->draw(shown.model);
  CHECK(dot_of(at_55) != color::kText);
}

TEST_CASE("Each key tells in words what it plays, black ones above white ones", "[ui]") {
  Shown shown("playing");
  using Tips = std::vector<std::string>;
  const auto told_at = [&](ImVec2 place) {
    ImGui::GetIO().MousePos = place;
    shown.panel->draw(shown.model);
    return shown.panel->audit().tips();
  };
  const std::string take = ": warm lo-fi, ";
  CHECK(told_at(foot_of(place_of_key(shown, 48))) ==
        Tips{"Note 48" + take + "9 semitones below its own pitch"});
  CHECK(told_at(top_of(place_of_key(shown, 49))) ==
        Tips{"Note 49" + take + "8 semitones below its own pitch"});
  CHECK(told_at(foot_of(place_of_key(shown, 57))) ==
        Tips{"Note 57" + take + "at its own pitch: the root"});
  CHECK(told_at(foot_of(place_of_key(shown, 96))) ==
        Tips{"Note 96" + take + "39 semitones above its own pitch"});
  CHECK(told_at(shown.panel->audit().target("pad 1")->place.center()) ==
        Tips{"Note 36: warm lo-fi. A right click empties the pad."});
  CHECK(told_at({450, 24}).empty());
}
