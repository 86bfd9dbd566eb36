// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>
#include <vector>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/insertion.hpp"

namespace dgx::app {

/// `--track`, `--at` and `--session`, which write into `request`; it has to outlive the command.
std::vector<CLI::Option*> add_place_options(CLI::App& command, protocol::InsertionRequest& request);

/// Where an insertion put its take, or nothing and the reason.
Status outcome_of(const protocol::InsertionView& insertion);

}  // namespace dgx::app
