// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dgx::ui {

inline constexpr int kBoardPads = 12;

// MIDI notes, 60 being middle C. The first twelve keys are the pads, the others the zone in which
// the selected pad is played at every pitch.
inline constexpr int kFirstKey = 36;
inline constexpr int kFirstZoneKey = kFirstKey + kBoardPads;
inline constexpr int kLastKey = 96;

/// Some of the keys that the board shows.
struct KeySet {
  std::uint64_t bits = 0;  ///< Bit n: note 36 + n

  /// `note` is one of the board's.
  [[nodiscard]] bool has(int note) const {
    return (bits >> static_cast<unsigned>(note - kFirstKey) & 1U) != 0;
  }
  bool operator==(const KeySet&) const = default;
};

/// A pad of the instrument, as its panel shows it.
struct BoardPad {
  std::string take_id{};  ///< Empty for a file that is no take of the history
  std::string name{};     ///< Empty where the pad has no take
  std::string problem{};  ///< Why it does not sound, or something about it
  bool loaded = false;
  [[nodiscard]] bool empty() const { return name.empty(); }
};

/// Put a take on a pad, or, where there is no file, take away what is there.
struct PadAct {
  int pad = 0;
  std::string take_id{};
  std::string file{};
  std::string name{};
};

/// The pads of the instrument that the panel belongs to, and the keys that play them.
struct PadBoard {
  std::array<BoardPad, kBoardPads> pads{};
  int selected = 0;   ///< The one that the keyboard plays in tune
  int root = 60;      ///< The note (0 to 127) at which that one sounds at its own pitch
  KeySet sounding{};  ///< Which keys do

  /// The pad that a key (36 to 96) plays.
  [[nodiscard]] int pad_of_key(int note) const {
    return note < kFirstZoneKey ? note - kFirstKey : selected;
  }
  /// The first pad that has a take of the history.
  [[nodiscard]] std::optional<int> pad_of_take(const std::string& take_id) const;
};

/// What a key (36 to 96) plays: "Note 63: warm lo-fi, 3 semitones above its own pitch".
/// `has_take`: one is shown that a click could put on an empty pad.
std::string key_words(const PadBoard& board, int note, bool has_take);
/// Whether a key is a black one.
bool is_black_key(int note);

}  // namespace dgx::ui
