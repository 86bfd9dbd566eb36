// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "plugin/engine/pad.hpp"

namespace dgx::plugin {

/// What a session keeps of an instrument, beside its controls.
struct InstrumentState {
  static constexpr std::int32_t kVersion = 1;

  std::array<std::filesystem::path, kPads> files{};  ///< Absolute; empty where a pad has no take
  std::string prompt{};                              ///< UTF-8
  /// Rises with each save, so that no two states are equal: of two equal ones hosts keep one, and
  /// Ardour may keep the one that another snapshot deletes.
  std::int32_t saves = 0;
};

}  // namespace dgx::plugin
