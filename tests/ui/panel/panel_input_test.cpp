// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/ui/panel/shown_panel.hpp"
#include "ui/panel/prompt_box.hpp"

using namespace dgx::ui;

TEST_CASE("The prompt takes the keyboard on a click and gives it back", "[ui]") {
  Shown shown("empty");
  CHECK_FALSE(wants_keyboard(shown.panel->view()));
  shown.click("prompt");
  CHECK(wants_keyboard(shown.panel->view()));
  shown.type("Slow pad, no Drums");
  CHECK(shown.model.prompt.text == "Slow pad, no Drums");
  SECTION("on Enter, which types nothing") {
    shown.press(ImGuiKey_Enter);
  }
  SECTION("on Escape, which drops nothing") {
    shown.press(ImGuiKey_Escape);
  }
  SECTION("on a click elsewhere") {
    shown.panel->click(shown.model, ImVec2(600, 24));
  }
  shown.panel->draw(shown.model);
  CHECK_FALSE(wants_keyboard(shown.panel->view()));
  CHECK(shown.model.prompt.text == "Slow pad, no Drums");
}

TEST_CASE("A long prompt is wrapped and stays one paragraph", "[ui]") {
  Shown shown("empty");
  std::string prompt;
  while (prompt.size() < 300) prompt += "word \xC3\xA4\xC3\xB6 ";
  shown.click("prompt");
  shown.type(prompt);
  CHECK(shown.model.prompt.text == prompt);
  shown.press(ImGuiKey_Backspace);
  CHECK(shown.model.prompt.text == prompt.substr(0, prompt.size() - 1));
}

TEST_CASE("Lines break at blanks, and a word that is too long stays whole", "[ui]") {
  Shown shown("empty");
  const ImFont* font = ImGui::GetFont();
  const float width = font->CalcTextSizeA(font->FontSize, 1e9F, 0, "aaaa bbbb").x + 1;
  const auto wrapped = [&](std::string text) {
    wrap_lines(text.data(), static_cast<int>(text.size()), font, width);
    return text;
  };
  CHECK(wrapped("aaaa bbbb aaaa") == "aaaa bbbb\naaaa");
  CHECK(wrapped("aaaa\nbbbb\naaaa") == "aaaa bbbb\naaaa");
  CHECK(wrapped("aaaaaaaaaaaaaaaaaaaaaaaaa") == "aaaaaaaaaaaaaaaaaaaaaaaaa");
  CHECK(wrapped("\xC3") == "\xC3");
}

TEST_CASE("Up and Down bring earlier prompts, and the draft comes back", "[ui]") {
  Shown shown("empty");
  shown.model.prompt.remember("first prompt");
  shown.model.prompt.remember("second prompt");
  shown.click("prompt");
  shown.type("draft");
  shown.press(ImGuiKey_UpArrow);
  CHECK(shown.model.prompt.text == "second prompt");
  shown.press(ImGuiKey_UpArrow);
  CHECK(shown.model.prompt.text == "first prompt");
  shown.press(ImGuiKey_DownArrow);
  shown.press(ImGuiKey_DownArrow);
  CHECK(shown.model.prompt.text == "draft");
}

TEST_CASE("A chip writes into the prompt, also while the prompt is being typed", "[ui]") {
  Shown shown("empty");
  shown.click("prompt");
  shown.type("slow");
  shown.click("house");
  CHECK(shown.model.prompt.text == "slow, house");
  shown.click("Mood");
  shown.click("warm");
  CHECK(shown.model.prompt.text == "slow, house, warm");
  shown.click("warm");
  CHECK(shown.model.prompt.text == "slow, house");
}

TEST_CASE("Generate asks for what the panel shows", "[ui]") {
  Shown shown("empty");
  CHECK_FALSE(shown.panel->audit().target("generate")->enabled);
  shown.click("prompt");
  shown.type("slow pad");
  shown.click("bars 4");
  shown.click("takes 2");
  shown.panel->draw(shown.model);
  shown.click("generate");
  const auto requests = shown.asked<GenerateTakes>();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.prompt == "slow pad");
  CHECK(requests[0].request.bars == 4);
  CHECK(requests[0].request.variations == 2);
  CHECK(requests[0].request.bpm == 84.0);
  shown.panel->draw(shown.model);
  CHECK(shown.panel->audit().target("cancel") != nullptr);
}

TEST_CASE("Ctrl+Enter in the prompt generates", "[ui]") {
  Shown shown("empty");
  shown.click("prompt");
  shown.type("slow pad");
  shown.press(ImGuiKey_Enter, true);
  const auto requests = shown.asked<GenerateTakes>();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.prompt == "slow pad");
}

TEST_CASE("Typing a tempo chooses it over the host's", "[ui]") {
  Shown shown("empty");
  shown.click("BPM");
  shown.type("9");
  shown.type("6");
  shown.press(ImGuiKey_Enter);
  CHECK(shown.model.prompt.tempo == TempoSource::kOwn);
  CHECK(shown.model.prompt.own_bpm == 96);
  shown.click("tempo Host");
  CHECK(shown.model.prompt.tempo == TempoSource::kHost);
}

TEST_CASE("A number out of its range is put right when it is left", "[ui]") {
  Shown shown("empty");
  shown.click("length unit");
  shown.panel->draw(shown.model);
  shown.click("seconds");
  shown.type("9000");
  shown.press(ImGuiKey_Enter);
  shown.panel->draw(shown.model);
  CHECK(shown.model.prompt.seconds == 300);
}

TEST_CASE("A typed seed is kept, and the dice throws it away", "[ui]") {
  Shown shown("ready");
  shown.click("seed");
  shown.type("77");
  shown.press(ImGuiKey_Enter);
  CHECK(shown.model.prompt.seed == 77);
  CHECK(shown.model.prompt.seed_locked);
  shown.click("dice");
  CHECK_FALSE(shown.model.prompt.seed_locked);
}

TEST_CASE("Takes are selected, starred, renamed and moved to the trash", "[ui]") {
  Shown shown("ready");
  shown.click("take 01K08");
  CHECK(shown.model.history.selected()->take.id == "01K08");
  CHECK(shown.asked<ShowWaveform>().size() == 1);
  shown.click("star 01K09");
  const auto starred = shown.asked<ChangeTake>();
  REQUIRE(starred.size() == 1);
  CHECK(starred[0].take_id == "01K09");
  CHECK(starred[0].patch.favourite == true);
  shown.click("rename");
  shown.panel->draw(shown.model);
  shown.type("Intro");
  shown.press(ImGuiKey_Enter);
  const auto renamed = shown.asked<ChangeTake>();
  REQUIRE(renamed.size() == 1);
  CHECK(renamed[0].patch.name == "Intro");
  shown.panel->draw(shown.model);
  shown.click("trash");
  CHECK(shown.asked<TrashTake>().size() == 1);
}

TEST_CASE("A rename that is left by Escape changes nothing", "[ui]") {
  Shown shown("ready");
  shown.click("rename");
  shown.panel->draw(shown.model);
  shown.type("Intro");
  shown.press(ImGuiKey_Escape);
  CHECK(shown.asked<ChangeTake>().empty());
  CHECK(shown.panel->view().renamed_take.empty());
}

TEST_CASE("Undo brings back what was moved to the trash", "[ui]") {
  Shown shown("trashed");
  shown.click("remedy");
  const auto restored = shown.asked<RestoreTake>();
  REQUIRE(restored.size() == 1);
  CHECK(restored[0].take_id == "01K09");
}

TEST_CASE("Words in the search field are searched for as they are typed", "[ui]") {
  Shown shown("ready");
  shown.click("search");
  shown.type("pad");
  const auto pages = shown.asked<ShowHistory>();
  REQUIRE(pages.size() == 1);
  CHECK(pages[0].words == "pad");
}

TEST_CASE("The service is started by a click, and only where none runs", "[ui]") {
  Shown absent("no-service");
  absent.click("service");
  CHECK(absent.asked<StartService>().size() == 1);
  absent.click("show history");
  CHECK(absent.asked<StartService>().size() == 1);
}

TEST_CASE("The drawer holds what the model offers", "[ui]") {
  Shown sketch("ready");
  sketch.click("settings");
  sketch.panel->draw(sketch.model);
  CHECK(sketch.panel->audit().target("Temperature") == nullptr);
  CHECK(sketch.panel->audit().target("stems") != nullptr);
  sketch.click("stems");
  CHECK(sketch.model.prompt.stems);
}

TEST_CASE("Sampling is set by dragging", "[ui]") {
  Shown musicgen("musicgen");
  musicgen.click("settings");
  musicgen.panel->draw(musicgen.model);
  const auto* slider = musicgen.panel->audit().target("Temperature");
  REQUIRE(slider != nullptr);
  const auto place = slider->place;
  const auto findings = musicgen.panel->audit().findings(ImGui::GetIO().DisplaySize, 18);
  for (const std::string& finding : findings) CHECK_THAT(finding, !Catch::Contains("leaves"));
  musicgen.panel->click(musicgen.model, ImVec2(place.max.x - 1, place.center().y));
  CHECK(musicgen.model.prompt.temperature == 2.0);
  musicgen.panel->click(musicgen.model, ImVec2(place.min.x + 1, place.center().y));
  CHECK(musicgen.model.prompt.temperature == 0.0);
}

TEST_CASE("A prompt preset takes the prompt's place, also while a person types", "[ui]") {
  Shown shown("empty");
  shown.click("prompt");
  shown.type("mine");
  shown.click("presets");
  shown.panel->draw(shown.model);
  shown.click("preset Dusty Rhodes");
  CHECK(shown.model.prompt.text == "lo-fi hip hop, dusty drums, warm Rhodes, 84 BPM, C minor");
}

TEST_CASE("A click on an empty pad puts the shown take there; one on a full pad shows its take",
          "[ui]") {
  Shown shown("instrument");
  for (ShownTake& take : shown.model.history.takes) take.take.file_path = "/takes/one.wav";
  shown.click("pad 4");
  const auto acts = shown.model.take_pad_acts();
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].pad == 3);
  CHECK(acts[0].take_id == shown.model.history.selected()->take.id);
  CHECK_FALSE(acts[0].file.empty());
  shown.click("pad 5");
  CHECK(shown.model.take_pad_acts().empty());
  CHECK(shown.model.history.selected()->take.id == "01K09");
}

TEST_CASE("A right click empties a pad", "[ui]") {
  Shown shown("instrument");
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = shown.panel->audit().target("pad 1")->place.center();
  shown.panel->draw(shown.model);
  io.MouseDown[ImGuiMouseButton_Right] = true;
  shown.panel->draw(shown.model);
  io.MouseDown[ImGuiMouseButton_Right] = false;
  shown.panel->draw(shown.model);
  const auto acts = shown.model.take_pad_acts();
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].pad == 0);
  CHECK(acts[0].file.empty());
}

TEST_CASE("A take is listened to by its row, and put on no pad", "[ui]") {
  Shown shown("instrument");
  for (ShownTake& take : shown.model.history.takes) take.take.file_path = "/takes/one.wav";
  shown.click("play 01K09");
  REQUIRE(shown.model.heard());
  CHECK(shown.model.heard()->take_id == "01K09");
  CHECK(shown.model.history.selected()->take.id == "01K09");
  CHECK(shown.model.take_pad_acts().empty());
}

TEST_CASE("Two takes are compared by a click, and a second click on one ends it", "[ui]") {
  Shown shown("instrument");
  for (ShownTake& take : shown.model.history.takes) take.take.file_path = "/takes/one.wav";
  shown.click("play 01K09");
  shown.click("play 01K0A");
  shown.panel->draw(shown.model);
  shown.click("compare");
  CHECK(shown.model.heard()->take_id == "01K09");
  shown.panel->draw(shown.model);
  shown.click("listen");
  CHECK_FALSE(shown.model.heard());
  const auto acts = shown.model.take_audition_acts();
  REQUIRE(acts.size() == 4);
  CHECK(acts.back().file.empty());
}
