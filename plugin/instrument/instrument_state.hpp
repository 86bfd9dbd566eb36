// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "plugin/engine/pad.hpp"

namespace dgx::plugin {

/// The take of a pad. How it sounds is in the controls.
struct PadTake {
  std::filesystem::path file{};  ///< Absolute; empty where a pad has no take
  std::string take_id{};         ///< In the history; empty for a file that a person chose
  std::string sha256{};          ///< Of the file; empty where it was never read
  std::string name{};            ///< For people
};
using PadTakes = std::array<PadTake, kPads>;

/// What a session keeps of an instrument, beside its controls.
struct InstrumentState {
  /// 1 had files and no more of takes; no request and no identity.
  static constexpr std::int32_t kVersion = 2;

  PadTakes pads{};
  std::string prompt{};   ///< UTF-8
  std::string request{};  ///< JSON of the last one that was asked for; empty before
  /// Of the instrument in its session: a ULID, and the folder that the host gave it. A copy of a
  /// track has another folder, and gets an identity of its own when it is saved.
  std::string id{};
  std::string home{};
  /// Rises with each save, so that no two states are equal: of two equal ones hosts keep one, and
  /// Ardour may keep the one that another snapshot deletes.
  std::int32_t saves = 0;
};

}  // namespace dgx::plugin
