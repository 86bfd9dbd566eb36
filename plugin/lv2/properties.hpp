// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plugin/engine/pad.hpp"

// What the instrument is called in LV2: kept for ever, sessions refer to it.
namespace dgx::plugin {

inline constexpr const char* kPluginUri = "urn:dgx-music:instrument";
inline constexpr const char* kPromptKey = "prompt";
inline constexpr const char* kPromptFileKey = "prompt_file";
inline constexpr const char* kNoticeKey = "notice";

/// "pad1" to "pad12".
inline std::string pad_key(int pad) {
  return "pad" + std::to_string(pad + 1);
}
inline std::string property_uri(const std::string& key) {
  return std::string(kPluginUri) + "#" + key;
}

}  // namespace dgx::plugin
