// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/app/settings.hpp"
#include "generator/jobs/engine_process.hpp"

namespace dgx::app {

/// How the engine is started under these settings.
jobs::EngineCommand engine_command(const Settings& settings);

}  // namespace dgx::app
