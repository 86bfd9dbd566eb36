// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"

namespace dgx::ui {
namespace {

// Of the notes 36 to 47; octaves are counted differently by each host.
constexpr std::array<const char*, kBoardPads> kKeys = {"C",  "C#", "D",  "D#", "E",  "F",
                                                       "F#", "G",  "G#", "A",  "A#", "B"};
constexpr std::array<bool, kBoardPads> kIsBlack = {false, true,  false, true,  false, false,
                                                   true,  false, true,  false, true,  false};

std::string hint(const PanelModel& model, int number) {
  const BoardPad& pad = model.board->pads.at(static_cast<std::size_t>(number));
  const std::string key = "Note " + std::to_string(36 + number);
  if (!pad.problem.empty()) return pad.problem;
  if (!pad.empty()) return key + ": " + pad.name + ". A right click empties the pad.";
  if (model.history.selected() == nullptr) return key + ": nothing yet";
  return key + ": nothing yet. Click to put the shown take there.";
}

Color colour_of(const BoardPad& pad) {
  if (!pad.problem.empty()) return color::kProblem;
  return pad.loaded ? color::kSecond : color::kDim;
}

void draw_look(const Frame& frame, const Rect& key, int number, bool hovered) {
  const PadBoard& board = *frame.model.board;
  const BoardPad& pad = board.pads.at(static_cast<std::size_t>(number));
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const Color ground =
      kIsBlack.at(static_cast<std::size_t>(number)) ? color::kWell : color::kRaised;
  canvas.AddRectFilled(key.min, key.max, packed(hovered ? color::kHover : ground), frame.px(5));
  const Color line = number == board.selected ? color::kAccent : color::kLine;
  canvas.AddRect(key.min, key.max, packed(line), frame.px(5), 0, frame.px(1));
  Rect inside = key.inset(frame.px(5), frame.px(4));
  draw_text(frame, inside.cut_top(frame.px(16)), kKeys.at(static_cast<std::size_t>(number)),
            {frame.fonts.small, pad.empty() ? color::kFaint : color::kText, Align::kCenter});
  if (pad.empty()) return;
  const Rect light = inside.cut_bottom(frame.px(4)).inset(frame.px(3), 0);
  canvas.AddRectFilled(light.min, light.max, packed(colour_of(pad)), frame.px(2));
}

void draw_key(const Frame& frame, const Rect& key, int number) {
  PanelModel& model = frame.model;
  const BoardPad& pad = model.board->pads.at(static_cast<std::size_t>(number));
  const Press press = press_area(frame, "pad " + std::to_string(number + 1), key);
  focus_ring(frame, key, frame.px(5));
  if (press.pressed && pad.empty()) model.load_to_pad(number);
  if (press.pressed && !pad.take_id.empty()) model.select(pad.take_id);
  if (press.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) model.empty_pad(number);
  draw_look(frame, key, number, press.hovered);
  tip(frame, key, hint(model, number));
}

}  // namespace

void draw_pad_strip(const Frame& frame, Rect place) {
  card(frame, place);
  place = place.inset(frame.px(10), frame.px(9));
  label(frame, place.cut_left(frame.px(38)), "Pads");
  const float gap = frame.px(4);
  const float width = (place.width() - gap * (kBoardPads - 1)) / kBoardPads;
  for (int number = 0; number < kBoardPads; ++number) {
    draw_key(frame, place.cut_left(width), number);
    place.cut_left(gap);
  }
}

}  // namespace dgx::ui
