// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generator/app/ardour_ui_scripts.hpp"
#include "generator/base/result.hpp"

// Ardour's configuration folders, and our scripts in them.
namespace dgx::app {

struct ArdourConfiguration {
  int version = 7;                 ///< 7, 8 or 9
  std::filesystem::path folder{};  ///< ~/.config/ardour7
};

/// Those of the versions that we know, oldest first; kNotFound where Ardour was never started here.
Result<std::vector<ArdourConfiguration>> find_ardour_configurations();

/// A script by the name of its file.
struct ScriptFile {
  std::string name{};
  ArdourScript script{};
};
/// The scripts that came with this program.
Result<std::vector<ScriptFile>> find_our_scripts();

enum class ScriptsState { kAbsent, kOther, kCurrent };

/// kOther where some are missing or of another version.
ScriptsState state_of(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts);
/// kConflict while an Ardour with this configuration runs: it would write its own state over ours.
Status expect_not_running(const ArdourConfiguration& ardour);

/// Both change nothing where it is so already, and keep what is not ours. What was there before the
/// first installation stays beside it as ui_scripts.before-dgx-music.
Status install_scripts(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts);
Status remove_scripts(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts);

}  // namespace dgx::app
