// SPDX-License-Identifier: Apache-2.0
#include "ui/model/pad_board.hpp"

#include "tests/support/catch.hpp"

using namespace dgx::ui;

namespace {

PadBoard board_with_a_take() {
  PadBoard board;
  board.pads[2] = {"01K08", "warm lo-fi", {}, true};
  board.selected = 2;
  return board;
}

}  // namespace

TEST_CASE("A key of a pad tells what is on it", "[ui]") {
  const PadBoard board = board_with_a_take();
  CHECK(key_words(board, 38, true) == "Note 38: warm lo-fi. A right click empties the pad.");
  CHECK(key_words(board, 36, false) == "Note 36: nothing yet");
  CHECK(key_words(board, 47, true) == "Note 47: nothing yet. Click to put the shown take there.");
}

TEST_CASE("A key of the zone tells the selected take and how far it is from its own pitch",
          "[ui]") {
  PadBoard board = board_with_a_take();
  CHECK(key_words(board, 60, true) == "Note 60: warm lo-fi, at its own pitch: the root");
  CHECK(key_words(board, 61, true) == "Note 61: warm lo-fi, 1 semitone above its own pitch");
  CHECK(key_words(board, 48, true) == "Note 48: warm lo-fi, 12 semitones below its own pitch");
  board.root = 127;
  CHECK(key_words(board, 96, true) == "Note 96: warm lo-fi, 31 semitones below its own pitch");
}

TEST_CASE("A key that plays nothing says why", "[ui]") {
  PadBoard board = board_with_a_take();
  board.selected = 11;
  CHECK(key_words(board, 60, true) ==
        "Note 60: nothing yet. This key plays the selected pad, 12, which is empty.");
  board.pads[11] = {"01K07", "lost", "Pad 12: cannot play 'lost.wav': it is not there", false};
  CHECK(key_words(board, 60, true) == board.pads[11].problem);
  CHECK(key_words(board, 47, true) == board.pads[11].problem);
}

TEST_CASE("A take is found on its pad, and a file that is no take on none", "[ui]") {
  PadBoard board = board_with_a_take();
  board.pads[5] = {"", "a file of one's own", {}, true};
  CHECK(board.pad_of_take("01K08") == 2);
  CHECK_FALSE(board.pad_of_take("01K09"));
  CHECK_FALSE(board.pad_of_take(""));
}
