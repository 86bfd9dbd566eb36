// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::model::sketch {

/// Where the distributions put their General MIDI soundfonts, the best one first.
std::vector<std::filesystem::path> soundfont_places();

/// The soundfont to use: `asked`, or the first of soundfont_places() that is there where `asked`
/// is empty. kMissingDependency names the package to install and every place looked at; a file
/// that is no SoundFont, or only the beginning of one, is kCorrupt.
Result<std::filesystem::path> find_soundfont(const std::filesystem::path& asked);

/// The licence of the samples that a take is made of, as an SPDX id: known for the soundfont that
/// the distribution installs, "LicenseRef-soundfont" for one of the user's own.
std::string soundfont_licence(const std::filesystem::path& soundfont);

}  // namespace dgx::model::sketch
