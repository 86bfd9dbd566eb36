// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/protocol/messages.hpp"

namespace dgx::ui {

/// Takes are listened to at one loudness, so that the louder of two does not seem the better one:
/// that of ReplayGain 2.0, low enough for nearly all music to reach it beneath the ceiling.
inline constexpr double kAuditionLufs = -18.0;
inline constexpr double kAuditionCeilingDbtp = -1.0;

/// The gain (dB) that brings a take to that loudness by what its receipt says was measured, less
/// where its peaks would pass the ceiling; 0 where nothing was measured.
double audition_gain_db(const std::optional<protocol::Receipt>& receipt);

/// Listen to a file beside the pads, or to nothing where it has none.
struct AuditionAct {
  std::string file{};
  double gain_db = 0;
};

/// What the instrument says of that.
struct AuditionNews {
  bool loading = false;
  double share = -1;  ///< How much was heard, 0 to 1; negative: nothing sounds
  std::string problem{};
};

/// The take that is listened to.
struct HeardTake {
  std::string take_id{};
  double share = 0;
  double gain_db = 0;
  bool sounds = false;  ///< Not while it is read
};

}  // namespace dgx::ui
