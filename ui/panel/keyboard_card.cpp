// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"
#include "ui/panel/zone_keys.hpp"

namespace dgx::ui {
namespace {

constexpr float kEdge = 8;
constexpr float kZoneHeight = 24;
constexpr float kGap = 4;
// With a line for the name where there is room for one.
constexpr float kLowPads = 30;
constexpr float kHighPads = 46;
constexpr float kRoomyPanel = 640;

// Octaves are counted differently by each host.
constexpr std::array<const char*, kBoardPads> kKeys = {"C",  "C#", "D",  "D#", "E",  "F",
                                                       "F#", "G",  "G#", "A",  "A#", "B"};

Color light_of(const BoardPad& pad, int number) {
  if (!pad.problem.empty()) return color::kProblem;
  return pad.loaded ? pad_color(number) : color::kDim;
}

void draw_face(const Frame& frame, const Rect& key, int number, bool hovered) {
  const PadBoard& board = *frame.model.board;
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const Color ground = is_black_key(kFirstKey + number) ? color::kWell : color::kRaised;
  canvas.AddRectFilled(key.min, key.max, packed(hovered ? color::kHover : ground), frame.px(5));
  if (board.sounding.has(kFirstKey + number)) {
    canvas.AddRectFilled(key.min, key.max, packed(pad_color(number), 150), frame.px(5));
  }
  const Color line = number == board.selected ? color::kAccent : color::kLine;
  canvas.AddRect(key.min, key.max, packed(line), frame.px(5), 0, frame.px(1));
}

void draw_look(const Frame& frame, const Rect& key, int number, bool hovered) {
  draw_face(frame, key, number, hovered);
  const BoardPad& pad = frame.model.board->pads.at(static_cast<std::size_t>(number));
  Rect inside = key.inset(frame.px(4), frame.px(4));
  draw_text(frame, inside.cut_top(frame.px(16)), kKeys.at(static_cast<std::size_t>(number)),
            {frame.fonts.small, pad.empty() ? color::kFaint : color::kText, Align::kCenter});
  if (pad.empty()) return;
  const Rect light = inside.cut_bottom(frame.px(4)).inset(frame.px(3), 0);
  ImGui::GetWindowDrawList()->AddRectFilled(light.min, light.max, packed(light_of(pad, number)),
                                            frame.px(2));
  if (inside.height() < frame.px(14)) return;
  const std::string name = shortened(frame.fonts.small, pad.name, inside.width());
  const bool sounds = frame.model.board->sounding.has(kFirstKey + number);
  draw_text(frame, inside, name,
            {frame.fonts.small, sounds ? color::kText : color::kDim, Align::kCenter});
}

void draw_pad(const Frame& frame, const Rect& key, int number) {
  PanelModel& model = frame.model;
  const BoardPad& pad = model.board->pads.at(static_cast<std::size_t>(number));
  const Press press = press_area(frame, "pad " + std::to_string(number + 1), key);
  focus_ring(frame, key, frame.px(5));
  if (press.pressed && pad.empty()) model.load_to_pad(number);
  if (press.pressed && !pad.take_id.empty()) model.select(pad.take_id);
  if (press.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) model.empty_pad(number);
  draw_look(frame, key, number, press.hovered);
  const bool has_take = model.history.selected() != nullptr;
  tip(frame, key, key_words(*model.board, kFirstKey + number, has_take));
}

void draw_pads(const Frame& frame, Rect row) {
  const float gap = frame.px(kGap);
  const float width = (row.width() - gap * (kBoardPads - 1)) / kBoardPads;
  for (int number = 0; number < kBoardPads; ++number) {
    draw_pad(frame, row.cut_left(width), number);
    row.cut_left(gap);
  }
}

}  // namespace

float keyboard_height(const Frame& frame) {
  const bool roomy = ImGui::GetIO().DisplaySize.y >= frame.px(kRoomyPanel);
  return frame.px(2 * kEdge + (roomy ? kHighPads : kLowPads) + kGap + kZoneHeight);
}

void draw_keyboard_card(const Frame& frame, Rect place) {
  card(frame, place);
  place = place.inset(frame.px(10), frame.px(kEdge));
  Rect names = place.cut_left(frame.px(38));
  Rect zone = place.cut_bottom(frame.px(kZoneHeight));
  label(frame, names.cut_bottom(frame.px(kZoneHeight)), "Keys");
  names.cut_bottom(frame.px(kGap));
  place.cut_bottom(frame.px(kGap));
  label(frame, names, "Pads");
  draw_pads(frame, place);
  draw_zone_keys(frame, zone);
}

}  // namespace dgx::ui
