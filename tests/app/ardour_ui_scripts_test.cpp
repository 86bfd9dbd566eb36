// SPDX-License-Identifier: Apache-2.0
// What Ardour itself makes of the file is seen in tests/ardour.
#include "generator/app/ardour_ui_scripts.hpp"

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"

using namespace dgx::app;
using dgx::ErrorCode;

namespace {

const std::vector<ArdourScript> kScripts = {
    {"DGX: Hook", "ardour {} -- \"quoted\"\n", true},
    {"DGX: Action", "ardour {}\n", false},
};

std::string text_with(const std::string& text) {
  const auto changed = with_scripts(text, kScripts);
  REQUIRE_OK(changed);
  for (const ArdourScript& script : kScripts) CHECK(has_script(*changed, script));
  const auto again = with_scripts(*changed, kScripts);
  REQUIRE_OK(again);
  CHECK(*again == *changed);
  return *changed;
}

std::string text_without(const std::string& text) {
  const auto changed = without_scripts(text, kScripts);
  REQUIRE_OK(changed);
  for (const ArdourScript& script : kScripts) CHECK_FALSE(has_script(*changed, script));
  return *changed;
}

constexpr const char* kHook =
    "    <LuaCallback lua=\"Lua 5.3\" id=\"7\" name=\"Mine\" "
    "signals=\"1\">cyA9IHt9IA==</LuaCallback>";
// scripts = {} scripts[32] = {} scripts[32]["n"] = "Mine"
constexpr const char* kSlots =
    "c2NyaXB0cyA9IHt9IHNjcmlwdHNbMzJdID0ge30gc2NyaXB0c1szMl1bIm4iXSA9ICJNaW5lIiA=";

std::string own_file(const std::string& slots, const std::string& hooks) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<UIScripts>\n  <ActionScript lua=\"Lua "
         "5.3\">" +
         slots + "</ActionScript>\n  <ActionHooks>" + hooks + "</ActionHooks>\n</UIScripts>\n";
}

}  // namespace

TEST_CASE("Scripts are put into a file of Ardour beside the person's own, and out again", "[app]") {
  const std::string own = own_file(kSlots, std::string("\n") + kHook + "\n  ");
  const std::string with = text_with(own);
  CHECK(with.find(kHook) != std::string::npos);
  CHECK(with.find("name=\"DGX: Hook\" signals=\"11000") != std::string::npos);
  // The person's slot is kept: what was there is the beginning of what is.
  const std::string begin(kSlots, std::string(kSlots).find('=') - 3);
  CHECK(with.find(begin) != std::string::npos);
  const std::string without = text_without(with);
  CHECK(without.find(kHook) != std::string::npos);
  CHECK(without.find(begin) != std::string::npos);
  // A slot that was given back is taken again.
  text_with(without);
}

TEST_CASE("Files without scripts, and elements without text, become files with them", "[app]") {
  text_with("");
  text_with("<UIScripts></UIScripts>");
  text_with("<UIScripts><ActionScript lua=\"Lua 5.3\"/><ActionHooks/></UIScripts>");
  CHECK(text_without(text_with(own_file("", ""))) != own_file("", ""));
}

TEST_CASE("A newer version of a script takes the place of the old one", "[app]") {
  auto newer = kScripts;
  newer[0].source += "-- newer\n";
  newer[1].source += "-- newer\n";
  const auto changed = with_scripts(text_with(""), newer);
  REQUIRE_OK(changed);
  const std::string hook = "<LuaCallback";
  CHECK(changed->find(hook) == changed->rfind(hook));
  text_without(*changed);
}

TEST_CASE("What is no file of Ardour is refused, and so is a full one", "[app]") {
  CHECK(with_scripts("nonsense", kScripts).error().code == ErrorCode::kCorrupt);
  CHECK(with_scripts(own_file("&&&", ""), kScripts).error().code == ErrorCode::kCorrupt);
  std::string text;
  for (int i = 0; i < 32; ++i) {
    const auto added = with_scripts(text, {{"Action " + std::to_string(i), "x", false}});
    REQUIRE_OK(added);
    text = *added;
  }
  const auto full = with_scripts(text, kScripts);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::kConflict);
}

TEST_CASE("Every script in lua-scripts says what it is", "[app]") {
  for (const char* name : {"dgx_place_takes", "dgx_placing_on_or_off"}) {
    CAPTURE(name);
    std::ifstream file(std::string(DGX_SOURCE_DIR "/lua-scripts/") + name + ".lua");
    const auto script = read_script({std::istreambuf_iterator<char>(file), {}});
    REQUIRE_OK(script);
    CHECK(script->name.starts_with("DGX: "));
    CHECK(script->is_hook == (script->name == "DGX: Place takes"));
  }
  CHECK(read_script("print ('x')").error().code == ErrorCode::kCorrupt);
}

TEST_CASE("A script that runs the program gets its path, whatever is in it", "[app]") {
  const ArdourScript script{"DGX: Action", "local kProgram = \"dgx-music\"  -- here\n", false};
  CHECK(with_program(script, "/home/a \"b\"/dgx-music").source ==
        "local kProgram = \"/home/a \\034b\\034/dgx-music\"  -- here\n");
  const ArdourScript another{"DGX: Hook", "-- runs nothing\n", true};
  CHECK(with_program(another, "/bin/dgx-music").source == another.source);
}
