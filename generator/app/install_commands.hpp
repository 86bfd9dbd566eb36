// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/app/command_line.hpp"

namespace dgx::app {

/// `models pull` and `models import`.
void add_install_commands(CommandLine& line, CLI::App& models);

}  // namespace dgx::app
