// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "ui/model/words.hpp"
#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"

namespace dgx::ui {
namespace {

struct ServiceWords {
  std::string_view words;
  Color color;
  std::string_view hint;
};

ServiceWords service_words(const PanelModel& model) {
  switch (model.link()) {
    case LinkState::kLooking:
      return {"Looking for the service", color::kDim, "It has not answered yet"};
    case LinkState::kAbsent:
      return {"Service not running", color::kDim,
              "Nothing runs in the background. Generate starts the service, and it leaves when it "
              "has been idle. Click to start it now."};
    case LinkState::kStarting:
      return {"Service starting", color::kWarning, "It answers within seconds"};
    case LinkState::kReady:
      return {"Service ready", color::kSecond, ""};
    case LinkState::kLost:
      return {"Service lost", color::kProblem,
              "It does not answer. What plays keeps playing; the panel looks for it again. Click "
              "to start it now."};
  }
  return {"", color::kDim, ""};
}

std::string ready_hint(const PanelModel& model) {
  const auto& health = model.health();
  if (!health) return "It answers";
  return "Version " + health->version + ", process " + std::to_string(health->pid) + ", " +
         bytes_words(health->disk.free_bytes) + " free for takes. Everything runs on this machine.";
}

void draw_logo(const Frame& frame, Rect place) {
  constexpr std::array<float, 4> kHeights = {8, 18, 13, 5};
  constexpr auto kLast = static_cast<float>(kHeights.size() - 1);
  for (std::size_t i = 0; i < kHeights.size(); ++i) {
    const float x = place.min.x + frame.px(5) * static_cast<float>(i);
    const float half = frame.px(kHeights[i]) / 2;
    const float y = place.center().y;
    ImGui::GetWindowDrawList()->AddRectFilled(
        {x, y - half}, {x + frame.px(3), y + half},
        mixed(color::kAccent, color::kSecond, static_cast<float>(i) / kLast), frame.px(1.5F));
  }
}

void draw_service(const Frame& frame, Rect place) {
  const ServiceWords service = service_words(frame.model);
  const float width = text_width(frame.fonts.small, service.words) + frame.px(34);
  Rect pill = place.cut_left(width).centred_row(frame.px(24));
  const bool can_start =
      frame.model.link() == LinkState::kAbsent || frame.model.link() == LinkState::kLost;
  if (press_area(frame, "service", pill, can_start).pressed) frame.model.start_service();
  focus_ring(frame, pill, pill.height() / 2);
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const float radius = pill.height() / 2;
  canvas.AddRectFilled(pill.min, pill.max, packed(service.color, 26), radius);
  canvas.AddRect(pill.min, pill.max, packed(service.color, 80), radius, 0, frame.px(1));
  canvas.AddCircleFilled({pill.min.x + frame.px(13), pill.center().y}, frame.px(3),
                         packed(service.color), 16);
  const std::string hint = frame.model.link() == LinkState::kReady ? ready_hint(frame.model)
                           : frame.model.link_sentence().empty()   ? std::string(service.hint)
                                                                   : frame.model.link_sentence();
  tip(frame, pill, hint);
  pill.cut_left(frame.px(22));
  draw_text(frame, pill, service.words, {frame.fonts.small, color::kText});

  const std::int64_t ahead = frame.model.jobs_ahead();
  if (ahead == 0) return;
  place.cut_left(frame.px(12));
  const std::string words =
      counted(ahead, "job") + (frame.model.busy() ? " ahead" : " from elsewhere");
  draw_fitted(frame, place, words, {frame.fonts.small, color::kDim});
}

void draw_host(const Frame& frame, Rect place) {
  const HostFacts& host = frame.model.host;
  if (!host.bpm) return;
  std::string words = bpm_words(*host.bpm);
  if (host.time_signature) words += "  \xC2\xB7  " + *host.time_signature;
  draw_text(frame, place.cut_right(text_width(frame.fonts.bold, words)), words,
            {frame.fonts.bold, color::kText, Align::kRight});
  place.cut_right(frame.px(14));
  const std::string_view state = host.rolling ? "Playing" : "Stopped";
  const Rect said = place.cut_right(text_width(frame.fonts.small, state));
  draw_text(frame, said, state, {frame.fonts.small, color::kDim});
  ImGui::GetWindowDrawList()->AddCircleFilled(
      {said.min.x - frame.px(10), said.center().y}, frame.px(3.5F),
      packed(host.rolling ? color::kSecond : color::kFaint), 16);
}

}  // namespace

void draw_header(const Frame& frame, const Rect& place) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  canvas.AddRectFilled(place.min, place.max, packed(color::kHeader));
  canvas.AddLine({place.min.x, place.max.y}, place.max, packed(color::kLine));
  Rect rest = place.inset(frame.px(16), 0);
  draw_logo(frame, rest.cut_left(frame.px(30)));
  draw_text(frame, rest.cut_left(text_width(frame.fonts.title, "DGX Music")), "DGX Music",
            {frame.fonts.title, color::kText});
  rest.cut_left(frame.px(18));
  draw_host(frame, rest.cut_right(frame.px(230)));
  draw_service(frame, rest);
}

}  // namespace dgx::ui
