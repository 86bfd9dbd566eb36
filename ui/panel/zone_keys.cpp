// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/zone_keys.hpp"

#include <array>
#include <cmath>
#include <string>

#include "ui/panel/text.hpp"
#include "ui/panel/theme.hpp"

namespace dgx::ui {
namespace {

constexpr int kZoneKeys = kLastKey - kFirstZoneKey + 1;
constexpr int kWhiteKeys = 29;
constexpr float kBlackWidth = 0.62F;  // Of a white key's
constexpr float kBlackHeight = 0.6F;
constexpr float kTint = 0.3F;

using KeyPlaces = std::array<Rect, kZoneKeys>;

KeyPlaces places_in(const Rect& zone) {
  KeyPlaces places;
  const float width = zone.width() / kWhiteKeys;
  float left = zone.min.x;
  for (int i = 0; i < kZoneKeys; ++i) {
    Rect& place = places.at(static_cast<std::size_t>(i));
    if (is_black_key(kFirstZoneKey + i)) {
      const float half = width * kBlackWidth / 2;
      place = {{std::round(left - half), zone.min.y},
               {std::round(left + half), zone.min.y + std::round(zone.height() * kBlackHeight)}};
    } else {
      place = {{std::round(left), zone.min.y}, {std::round(left + width), zone.max.y}};
      left += width;
    }
  }
  return places;
}

ImU32 ground_of(const PadBoard& board, int note) {
  const BoardPad& pad = board.pads.at(static_cast<std::size_t>(board.selected));
  const Color bare = is_black_key(note) ? color::kWell : color::kHover;
  if (board.sounding.has(note)) return packed(pad_color(board.selected));
  if (pad.empty() || !pad.problem.empty() || is_black_key(note)) return packed(bare);
  return mixed(bare, pad_color(board.selected), kTint);
}

void draw_key(const Frame& frame, const Rect& place, int note) {
  const PadBoard& board = *frame.model.board;
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const float round = frame.px(2);
  canvas.AddRectFilled(place.min, {place.max.x - frame.px(1), place.max.y}, ground_of(board, note),
                       round, ImDrawFlags_RoundCornersBottom);
  if (is_black_key(note)) {
    canvas.AddRect(place.min, {place.max.x - frame.px(1), place.max.y}, packed(color::kCard), round,
                   ImDrawFlags_RoundCornersBottom, frame.px(1));
  }
  if (note == board.root) {
    const ImVec2 middle(place.center().x - frame.px(0.5F), place.max.y - frame.px(5));
    canvas.AddCircleFilled(middle, frame.px(2.5F), packed(color::kText), 16);
  }
  if (frame.audit != nullptr) frame.audit->add_sign("key " + std::to_string(note), place);
}

template <typename Act>
void for_keys(bool black, const Act& act) {
  for (int note = kFirstZoneKey; note <= kLastKey; ++note) {
    if (is_black_key(note) == black) act(note);
  }
}

}  // namespace

void draw_zone_keys(const Frame& frame, const Rect& place) {
  const KeyPlaces places = places_in(place);
  const auto place_of = [&](int note) -> const Rect& {
    return places.at(static_cast<std::size_t>(note - kFirstZoneKey));
  };
  // Black ones lie on top.
  for (const bool black : {false, true}) {
    for_keys(black, [&](int note) { draw_key(frame, place_of(note), note); });
  }
  for (const bool black : {true, false}) {
    bool told = false;
    for_keys(black, [&](int note) {
      const Rect& key = place_of(note);
      if (!ImGui::IsMouseHoveringRect(key.min, key.max)) return;
      tip(frame, key, key_words(*frame.model.board, note, false));
      told = true;
    });
    if (told) return;
  }
}

}  // namespace dgx::ui
