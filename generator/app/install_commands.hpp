// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "generator/app/command_line.hpp"
#include "generator/base/result.hpp"
#include "generator/model/store/installed_models.hpp"

namespace dgx::app {

/// `models pull` and `models import`.
void add_install_commands(CommandLine& line, CLI::App& models);

/// Shows the licence of a model's weights, and asks unless it was accepted with a flag. Gives the
/// time of acceptance. Failure: as ask().
Result<std::string> accept_licence(const std::string& id, bool accepted);

/// Says what was installed, or why nothing was. Gives the exit code.
int report_installed(const Result<model::InstalledModel>& installed);

}  // namespace dgx::app
