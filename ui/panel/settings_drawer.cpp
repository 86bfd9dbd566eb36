// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"

namespace dgx::ui {
namespace {

std::string decimal(double value, int digits, const char* unit = "") {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return std::string(text.data()) + unit;
}

void draw_sampling(const Frame& frame, Rect& rest) {
  PromptModel& prompt = frame.model.prompt;
  const float height = frame.px(44);
  slider(frame, rest.cut_top(height), "Temperature", decimal(prompt.temperature, 2),
         prompt.temperature, {0, 2, 0.05});
  double top_k = static_cast<double>(prompt.top_k);
  slider(frame, rest.cut_top(height), "Top-k", prompt.top_k == 0 ? "all" : decimal(top_k, 0), top_k,
         {0, 2048, 1});
  prompt.top_k = std::llround(top_k);
  slider(frame, rest.cut_top(height), "Top-p", prompt.top_p == 0 ? "off" : decimal(prompt.top_p, 2),
         prompt.top_p, {0, 1, 0.01});
  slider(frame, rest.cut_top(height), "Guidance", decimal(prompt.cfg_coef, 1), prompt.cfg_coef,
         {1, 10, 0.1});
}

void draw_switch(const Frame& frame, Rect place, const char* name, const char* words, bool& value) {
  const Rect box = place.cut_right(frame.px(52)).centred_row(frame.px(24));
  label(frame, place, words);
  if (chip(frame, box, name, value ? "On" : "Off", {value, true}, color::kAccent)) value = !value;
}

}  // namespace

void draw_settings_drawer(const Frame& frame, const Rect& opener) {
  const bool samples = frame.model.model_samples();
  const bool parts =
      frame.model.model_in_use() != nullptr && frame.model.model_in_use()->gives_stems;
  const float rows = 2.0F + (samples ? 4.0F : 0.0F);
  const ImVec2 size(frame.px(280), frame.px(24) + rows * frame.px(44) + frame.px(parts ? 60 : 30));
  const float left = std::max(frame.px(12), opener.max.x - size.x);
  ImGui::SetNextWindowPos({left, opener.min.y - frame.px(6)}, ImGuiCond_Always, {0, 1});
  ImGui::SetNextWindowSize(size);
  if (!ImGui::BeginPopup(kSettingsPopup, ImGuiWindowFlags_NoMove)) return;
  Rect rest = Rect{ImGui::GetWindowPos(),
                   {ImGui::GetWindowPos().x + size.x, ImGui::GetWindowPos().y + size.y}}
                  .inset(frame.px(14), frame.px(12));
  PromptModel& prompt = frame.model.prompt;
  if (samples) draw_sampling(frame, rest);
  slider(frame, rest.cut_top(frame.px(44)), "Loudness", decimal(prompt.loudness_lufs, 0, " LUFS"),
         prompt.loudness_lufs, {-40, -5, 1});
  slider(frame, rest.cut_top(frame.px(44)), "Peak ceiling",
         decimal(prompt.true_peak_dbtp, 1, " dBTP"), prompt.true_peak_dbtp, {-9, 0, 0.1});
  draw_switch(frame, rest.cut_top(frame.px(30)), "loop", "End meets start", prompt.loop);
  if (parts)
    draw_switch(frame, rest.cut_top(frame.px(30)), "stems", "One file a part", prompt.stems);
  ImGui::EndPopup();
}

}  // namespace dgx::ui
