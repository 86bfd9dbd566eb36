// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "generator/protocol/parameter_table.hpp"
#include "ui/model/prompt_words.hpp"
#include "ui/model/words.hpp"
#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"
#include "ui/panel/prompt_box.hpp"

namespace dgx::ui {
namespace {

constexpr std::array<std::int64_t, 5> kBars = {2, 4, 8, 16, 32};
constexpr std::array<const char*, 24> kKeys = {"C",  "Cm",  "C#", "C#m", "D",  "Dm",  "Eb", "Ebm",
                                               "E",  "Em",  "F",  "Fm",  "F#", "F#m", "G",  "Gm",
                                               "Ab", "Abm", "A",  "Am",  "Bb", "Bbm", "B",  "Bm"};
constexpr std::size_t kMostCharacters = 1000;

void draw_counter(const Frame& frame, const Rect& line) {
  const std::size_t count = frame.model.prompt.character_count();
  const std::string words = std::to_string(count) + " / " + std::to_string(kMostCharacters);
  draw_text(
      frame, line, words,
      {frame.fonts.small, count > kMostCharacters ? color::kProblem : color::kDim, Align::kRight});
}

void draw_word_chips(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  Rect tabs = place.cut_top(frame.px(20));
  for (std::size_t i = 0; i < kWordGroups.size(); ++i) {
    const WordGroup& group = kWordGroups[i];
    const bool open = i == frame.view.word_group;
    const float width = text_width(frame.fonts.small, group.title);
    const Rect tab = tabs.cut_left(width);
    tabs.cut_left(frame.px(16));
    const Press press = press_area(frame, group.title, tab);
    if (press.pressed) frame.view.word_group = i;
    focus_ring(frame, tab, frame.px(3));
    draw_text(frame, tab, group.title,
              {frame.fonts.small, open || press.hovered ? color::kText : color::kFaint});
    if (!open) continue;
    ImGui::GetWindowDrawList()->AddLine({tab.min.x, tab.max.y}, tab.max, packed(color::kAccent),
                                        frame.px(1.5F));
  }
  place.cut_top(frame.px(7));
  Rect row = place.cut_top(frame.px(24));
  const Color accent = frame.view.word_group == 1 ? color::kSecond : color::kAccent;
  for (const std::string_view word : kWordGroups.at(frame.view.word_group).words) {
    if (word.empty()) break;
    const float width = chip_width(frame, word);
    if (row.width() < width) {
      place.cut_top(frame.px(6));
      row = place.cut_top(frame.px(24));
    }
    // What does not fit into two rows can be typed.
    if (row.height() < frame.px(24) || row.width() < width) break;
    if (chip(frame, row.cut_left(width), word, word, {prompt.has_word(word), true}, accent)) {
      prompt.toggle_word(word);
      frame.view.replace_prompt = frame.view.prompt_active;
    }
    row.cut_left(frame.px(6));
  }
}

void draw_length(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  Rect line = place.cut_top(frame.px(18));
  const bool in_bars = prompt.unit == LengthUnit::kBars;
  label(frame, line, in_bars ? "Length in bars" : "Length in seconds");
  const std::string other = in_bars ? "seconds" : "bars";
  const Rect toggle = line.cut_right(text_width(frame.fonts.small, other));
  const Press press = press_area(frame, "length unit", toggle);
  focus_ring(frame, toggle, frame.px(3));
  draw_text(frame, toggle, other,
            {frame.fonts.small, press.hovered ? color::kText : color::kAccent});
  if (press.pressed) prompt.unit = in_bars ? LengthUnit::kSeconds : LengthUnit::kBars;
  const Rect field = place.cut_top(frame.px(28));
  if (!in_bars) {
    number_field(frame, field, "seconds", prompt.seconds, {1, 300, 1}, "1 to 300 seconds");
    return;
  }
  std::vector<std::string> choices;
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < kBars.size(); ++i) {
    choices.push_back(std::to_string(kBars.at(i)));
    if (kBars.at(i) == prompt.bars) chosen = i;
  }
  if (const auto now = segments(frame, field, "bars", choices, chosen)) {
    prompt.bars = kBars.at(*now);
  }
}

/// The session's tempo, the prompt's, or a number; typing one chooses it.
void draw_tempo(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  const std::optional<double>& host_bpm = frame.model.host.bpm;
  label(frame, place.cut_top(frame.px(18)), "Tempo");
  Rect row = place.cut_top(frame.px(28));
  const Rect number = row.cut_right(frame.px(58));
  row.cut_right(frame.px(6));
  const std::vector<std::string> choices =
      host_bpm ? std::vector<std::string>{"Host", "Prompt"} : std::vector<std::string>{"Prompt"};
  std::optional<std::size_t> chosen;
  if (prompt.tempo != TempoSource::kOwn) {
    chosen = prompt.tempo == TempoSource::kHost && host_bpm ? 0 : choices.size() - 1;
  }
  if (const auto pressed = segments(frame, row, "tempo", choices, chosen)) {
    prompt.tempo = choices.at(*pressed) == "Host" ? TempoSource::kHost : TempoSource::kPrompt;
  }
  if (prompt.tempo == TempoSource::kHost && host_bpm) prompt.own_bpm = *host_bpm;
  if (number_field(frame, number, "BPM", prompt.own_bpm, {30, 300, 1},
                   "30 to 300 quarter notes a minute")) {
    prompt.tempo = TempoSource::kOwn;
  }
}

/// Gives true where one of the choices of an open list was taken.
bool list_item(const char* words, bool chosen) {
  const bool pressed = ImGui::Selectable(words, chosen);
  if (chosen) ImGui::SetItemDefaultFocus();
  return pressed;
}

bool begin_list(const Frame& frame, const Rect& place, const char* name, const std::string& shown) {
  Rect words = place;
  const Rect arrow = words.cut_right(frame.px(30));
  ImGui::SetCursorScreenPos(place.min);
  ImGui::SetNextItemWidth(place.width());
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(frame.px(9), (place.height() - frame.fonts.body->FontSize) / 2));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(frame.px(8), frame.px(8)));
  const bool open = ImGui::BeginCombo((std::string("##") + name).c_str(), "",
                                      ImGuiComboFlags_NoArrowButton | ImGuiComboFlags_HeightLarge);
  ImGui::PopStyleVar(2);
  if (!open) {
    add_tab_stop(frame, name, place, ControlKind::kButton);
    focus_ring(frame, place, frame.px(6));
    words.cut_left(frame.px(9));
    draw_fitted(frame, words, shown, {frame.fonts.body, color::kText});
    draw_text(frame, arrow, icon::kOpenList, {frame.fonts.body, color::kDim, Align::kCenter});
  }
  if (frame.audit != nullptr) frame.audit->add_target(name, place, true);
  return open;
}

void draw_key(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  label(frame, place.cut_top(frame.px(18)), "Key");
  if (!begin_list(frame, place.cut_top(frame.px(28)), "key", prompt.key.value_or("Prompt"))) return;
  if (list_item("Prompt", !prompt.key)) prompt.key.reset();
  for (const char* key : kKeys) {
    if (list_item(key, prompt.key == key)) prompt.key = key;
  }
  ImGui::EndCombo();
}

void draw_variations(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  label(frame, place.cut_top(frame.px(18)), "Takes");
  static const std::array<std::string, 4> kChoices = {"1", "2", "4", "8"};
  static constexpr std::array<std::int64_t, 4> kCounts = {1, 2, 4, 8};
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < kCounts.size(); ++i) {
    if (kCounts.at(i) == prompt.variations) chosen = i;
  }
  const auto now = segments(frame, place.cut_top(frame.px(28)), "takes", kChoices, chosen);
  if (now) prompt.variations = kCounts.at(*now);
}

void draw_seed(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  label(frame, place.cut_top(frame.px(18)), "Seed");
  Rect row = place.cut_top(frame.px(28));
  const Rect lock = row.cut_right(frame.px(28));
  row.cut_right(frame.px(6));
  const Rect dice = row.cut_right(frame.px(28));
  row.cut_right(frame.px(6));
  if (whole_number_field(frame, row, "seed", prompt.seed, protocol::kSeedCount - 1,
                         "The same seed and request give the same samples")) {
    prompt.seed_locked = true;
  }
  if (icon_button(frame, dice, "dice", icon::kDice, "A new seed for each Generate",
                  {!prompt.seed_locked, true})) {
    prompt.seed_locked = false;
  }
  if (icon_button(frame, lock, "lock", prompt.seed_locked ? icon::kLocked : icon::kUnlocked,
                  prompt.seed_locked ? "This seed is used" : "Keep this seed",
                  {prompt.seed_locked, true})) {
    prompt.seed_locked = !prompt.seed_locked;
  }
}

std::string model_words(const PanelModel& model) {
  if (const auto* used = model.model_in_use()) return used->identity.id;
  if (model.prompt.model) return *model.prompt.model + " (not installed)";
  return "best installed";
}

/// The licence, where a person cannot overlook it.
void draw_licence(const Frame& frame, Rect line) {
  const protocol::ModelDescription* used = frame.model.model_in_use();
  if (used == nullptr) return;
  const std::string words = used->keeps_time ? "sketch" : used->identity.licence;
  const Rect place = line.cut_right(badge_width(frame, words));
  badge(frame, place, words, used->keeps_time ? color::kSecond : color::kWarning);
  tip(frame, place, used->identity.notice);
}

void draw_model(const Frame& frame, Rect place) {
  PromptModel& prompt = frame.model.prompt;
  const Rect line = place.cut_top(frame.px(18));
  label(frame, line, "Model");
  Rect row = place.cut_top(frame.px(28));
  const Rect tune = row.cut_right(frame.px(28));
  row.cut_right(frame.px(6));
  draw_licence(frame, {line.min, {row.max.x, line.max.y - frame.px(2)}});
  if (icon_button(frame, tune, "settings", icon::kTune, "Sampling, loudness and files")) {
    ImGui::OpenPopup(kSettingsPopup);
  }
  draw_settings_drawer(frame, tune);
  if (!begin_list(frame, row, "model", model_words(frame.model))) return;
  if (list_item("best installed", !prompt.model)) prompt.model.reset();
  for (const protocol::ModelDescription& model : frame.model.models().models) {
    const std::string& id = model.identity.id;
    if (list_item(id.c_str(), prompt.model == id)) prompt.model = id;
  }
  for (const protocol::UnavailableModel& model : frame.model.models().unavailable) {
    ImGui::TextDisabled("%s: %s", model.id.c_str(), model.error.message.c_str());
  }
  ImGui::EndCombo();
}

void draw_generate(const Frame& frame, const Rect& place) {
  PanelModel& model = frame.model;
  if (model.busy()) {
    const bool cancelling = model.job()->cancelling;
    const std::string words =
        cancelling ? "Cancelling\xE2\x80\xA6" : std::string(icon::kCancel) + "  Cancel";
    if (primary_button(frame, place, "cancel", words, {true, !cancelling})) model.cancel();
    return;
  }
  const auto obstacle = model.obstacle();
  const std::string words = std::string(icon::kGenerate) + "  Generate";
  if (primary_button(frame, place, "generate", words, {false, !obstacle})) model.generate();
  if (obstacle) tip(frame, place, obstacle->message);
}

/// Two places side by side; the first has `share` of the width.
std::pair<Rect, Rect> split(const Frame& frame, Rect row, float share) {
  const float gap = frame.px(14);
  const Rect left = row.cut_left((row.width() - gap) * share);
  row.cut_left(gap);
  return {left, row};
}

}  // namespace

void draw_prompt_card(const Frame& frame, const Rect& place) {
  card(frame, place);
  Rect rest = place.inset(frame.px(14), frame.px(12));
  draw_generate(frame, rest.cut_bottom(frame.px(40)));
  rest.cut_bottom(frame.px(12));
  const float row = frame.px(46);
  const auto [model, takes] = split(frame, rest.cut_bottom(row), 0.68F);
  rest.cut_bottom(frame.px(8));
  const auto [key, seed] = split(frame, rest.cut_bottom(row), 0.36F);
  rest.cut_bottom(frame.px(8));
  const auto [length, tempo] = split(frame, rest.cut_bottom(row), 0.48F);
  rest.cut_bottom(frame.px(10));
  const Rect chips = rest.cut_bottom(frame.px(81));
  rest.cut_bottom(frame.px(8));

  Rect line = rest.cut_top(frame.px(18));
  draw_counter(frame, line.cut_right(frame.px(90)));
  label(frame, line, "Prompt");
  line.cut_left(text_width(frame.fonts.small, "Prompt") + frame.px(14));
  draw_preset_list(frame, line);
  draw_prompt_box(frame, rest);
  draw_word_chips(frame, chips);
  draw_length(frame, length);
  draw_tempo(frame, tempo);
  draw_key(frame, key);
  draw_variations(frame, takes);
  draw_seed(frame, seed);
  draw_model(frame, model);
}

}  // namespace dgx::ui
