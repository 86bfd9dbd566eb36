// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::model::sketch {

/// Where the distributions put their General MIDI soundfonts, the best one first.
std::vector<std::filesystem::path> soundfont_places();

/// The soundfont to use: `asked`, or the first of soundfont_places() that is there where `asked`
/// is empty. kMissingDependency names the package to install and every place looked at.
Result<std::filesystem::path> find_soundfont(const std::filesystem::path& asked);

}  // namespace dgx::model::sketch
