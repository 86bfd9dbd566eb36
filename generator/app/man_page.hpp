// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace dgx::app {

/// The manual page of the program in man(7) macros: commands and flags as the command line
/// defines them, then exit status, environment, files and examples.
std::string man_page(const CLI::App& app, std::string_view version);

}  // namespace dgx::app
