// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "presets/prompt_presets.hpp"
#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"

namespace dgx::ui {
namespace {

constexpr const char* kPopup = "prompt presets";
constexpr const char* kWords = "Presets";

void take(const Frame& frame, const PromptPreset& preset) {
  frame.model.prompt.text = preset.text;
  frame.view.replace_prompt = frame.view.prompt_active;
}

void draw_preset(const Frame& frame, const PromptPreset& preset) {
  const std::string name(preset.name);
  const bool chosen = frame.model.prompt.text == preset.text;
  if (ImGui::Selectable(name.c_str(), chosen)) take(frame, preset);
  const Rect place{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  if (frame.audit != nullptr && ImGui::IsItemVisible()) {
    frame.audit->add_target("preset " + name, place, true);
  }
  tip(frame, place, preset.text);
}

void draw_list(const Frame& frame) {
  std::string_view genre;
  for (const PromptPreset& preset : prompt_presets()) {
    if (preset.genre != genre) {
      genre = preset.genre;
      ImGui::PushFont(frame.fonts.small);
      ImGui::PushStyleColor(ImGuiCol_Text, as_vector(color::kDim));
      ImGui::TextUnformatted(genre.data(), genre.data() + genre.size());
      ImGui::PopStyleColor();
      ImGui::PopFont();
    }
    draw_preset(frame, preset);
  }
}

}  // namespace

void draw_preset_list(const Frame& frame, Rect place) {
  const Rect link = place.cut_left(text_width(frame.fonts.small, kWords));
  const Press press = press_area(frame, "presets", link);
  focus_ring(frame, link, frame.px(3));
  draw_text(frame, link, kWords,
            {frame.fonts.small, press.hovered ? color::kText : color::kAccent});
  if (press.pressed) ImGui::OpenPopup(kPopup);
  ImGui::SetNextWindowPos({link.min.x, link.max.y + frame.px(4)});
  ImGui::SetNextWindowSize({frame.px(240), frame.px(320)});
  if (!ImGui::BeginPopup(kPopup, ImGuiWindowFlags_NoMove)) return;
  draw_list(frame);
  ImGui::EndPopup();
}

}  // namespace dgx::ui
