// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "plugin/instrument/parameters.hpp"

// Settings of all controls to begin from. They hold no take: whatever is on the pads stays.
namespace dgx::plugin {

using ControlValues = std::array<float, kControlCount>;

struct FactoryPreset {
  std::string_view symbol;  ///< Kept for ever
  std::string_view name;
  ControlValues values;
};

std::span<const FactoryPreset> factory_presets();

}  // namespace dgx::plugin
