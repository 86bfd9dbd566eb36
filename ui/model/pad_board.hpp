// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

namespace dgx::ui {

inline constexpr int kBoardPads = 12;

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

/// The pads of the instrument that the panel belongs to.
struct PadBoard {
  std::array<BoardPad, kBoardPads> pads{};
  int selected = 0;  ///< The one that the keyboard plays in tune
};

}  // namespace dgx::ui
