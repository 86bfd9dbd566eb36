// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/soundfont.hpp"

#include <string>
#include <system_error>

namespace dgx::model::sketch {

std::vector<std::filesystem::path> soundfont_places() {
  return {"/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/soundfonts/FluidR3_GM.sf2",
          "/usr/share/sounds/sf2/default-GM.sf2", "/usr/share/soundfonts/default.sf2",
          "/usr/share/sounds/sf3/default-GM.sf3"};
}

Result<std::filesystem::path> find_soundfont(const std::filesystem::path& asked) {
  const auto places =
      asked.empty() ? soundfont_places() : std::vector<std::filesystem::path>{asked};
  std::string looked_at;
  for (const std::filesystem::path& place : places) {
    std::error_code error;
    if (std::filesystem::is_regular_file(place, error)) return place;
    looked_at += (looked_at.empty() ? "" : ", ") + place.string();
  }
  return Error{ErrorCode::kMissingDependency,
               "the sketch model needs a General MIDI soundfont: install the package "
               "fluid-soundfont-gm (looked at " +
                   looked_at + ")"};
}

std::string soundfont_licence(const std::filesystem::path& soundfont) {
  // default-GM.sf2 is a link that the administrator may point anywhere.
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(soundfont, error);
  return file.filename() == "FluidR3_GM.sf2" ? "MIT" : "LicenseRef-soundfont";
}

}  // namespace dgx::model::sketch
