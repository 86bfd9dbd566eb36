// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace dgx::app {

enum class Shell { kBash, kZsh, kFish };

/// Reads "bash", "zsh" or "fish".
std::optional<Shell> parse_shell(std::string_view name);

/// The script that completes the program's subcommands, flags, choices and paths in that shell.
/// It is written from the command line itself; scripts/install puts it where shells look.
std::string completion_script(const CLI::App& app, Shell shell);

}  // namespace dgx::app
