// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

// Ardour's file `ui_scripts`: which scripts are bound to its 32 action slots and which are hooks.
// It holds the scripts' text; Ardour reads it with every session and writes it anew. What is not
// ours is kept byte for byte, but for the action slots, which are one encoded text.
namespace dgx::app {

struct ArdourScript {
  std::string name{};    ///< As its own table says
  std::string source{};  ///< Lua
  bool is_hook = false;  ///< Else an action
};

/// The script's name and type, from its table; kCorrupt where it has none.
Result<ArdourScript> read_script(std::string source);

/// The script with `program` where it names the program that it runs; many name none.
ArdourScript with_program(ArdourScript script, const std::string& program);

/// The text of `ui_scripts` (empty: none) with these scripts in it instead of what it had under
/// their names. kConflict where all slots are taken, kCorrupt where the text is not Ardour's.
Result<std::string> with_scripts(const std::string& text, const std::vector<ArdourScript>& scripts);
/// The same without them.
Result<std::string> without_scripts(const std::string& text,
                                    const std::vector<ArdourScript>& scripts);
bool has_script(const std::string& text, const ArdourScript& script);

}  // namespace dgx::app
