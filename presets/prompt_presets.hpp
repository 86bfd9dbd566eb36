// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

// prompts.toml as it was when this was built: prompts to begin from.
namespace dgx {

struct PromptPreset {
  std::string_view name;
  std::string_view genre;
  std::string_view mood;
  std::string_view text;  ///< A whole prompt
};

/// How many there are. Their order is kept: sessions refer to them by number.
inline constexpr std::size_t kPromptPresetCount = 48;

std::span<const PromptPreset> prompt_presets();

}  // namespace dgx
