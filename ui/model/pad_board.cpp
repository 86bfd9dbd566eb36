// SPDX-License-Identifier: Apache-2.0
#include "ui/model/pad_board.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "ui/model/words.hpp"

namespace dgx::ui {
namespace {

std::string pad_key_words(const BoardPad& pad, bool has_take) {
  if (!pad.empty()) return pad.name + ". A right click empties the pad.";
  return has_take ? "nothing yet. Click to put the shown take there." : "nothing yet";
}

std::string pitch_words(int semitones) {
  if (semitones == 0) return "at its own pitch: the root";
  return counted(std::abs(semitones), "semitone") +
         (semitones > 0 ? " above its own pitch" : " below its own pitch");
}

}  // namespace

std::optional<int> PadBoard::pad_of_take(const std::string& take_id) const {
  const auto found = std::find_if(pads.begin(), pads.end(), [&](const BoardPad& pad) {
    return !pad.take_id.empty() && pad.take_id == take_id;
  });
  if (found == pads.end()) return std::nullopt;
  return static_cast<int>(std::distance(pads.begin(), found));
}

std::string key_words(const PadBoard& board, int note, bool has_take) {
  const int number = board.pad_of_key(note);
  const BoardPad& pad = board.pads.at(static_cast<std::size_t>(number));
  if (!pad.problem.empty()) return pad.problem;
  const std::string key = "Note " + std::to_string(note) + ": ";
  if (note < kFirstZoneKey) return key + pad_key_words(pad, has_take);
  if (pad.empty()) {
    return key + "nothing yet. This key plays the selected pad, " + std::to_string(number + 1) +
           ", which is empty.";
  }
  return key + pad.name + ", " + pitch_words(note - board.root);
}

bool is_black_key(int note) {
  constexpr std::array<bool, 12> kIsBlack = {false, true,  false, true,  false, false,
                                             true,  false, true,  false, true,  false};
  return kIsBlack.at(static_cast<std::size_t>(note) % kIsBlack.size());
}

}  // namespace dgx::ui
