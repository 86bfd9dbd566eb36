// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/soundfont.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace dgx::model::sketch {
namespace {

/// A RIFF file of form "sfbk" that is as long as it says. FluidSynth would make other libraries try
/// what is no SoundFont at all, and they print for themselves.
bool is_whole_soundfont(const std::filesystem::path& path) {
  std::array<char, 12> head{};
  std::ifstream stream(path, std::ios::binary);
  stream.read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  if (!stream || text.substr(0, 4) != "RIFF" || text.substr(8) != "sfbk") return false;
  std::uint64_t size = 8;
  for (int i = 0; i < 4; ++i) {
    size += std::uint64_t{static_cast<unsigned char>(text[4 + static_cast<std::size_t>(i)])}
            << (8 * i);
  }
  std::error_code error;
  const std::uintmax_t on_disk = std::filesystem::file_size(path, error);
  return !error && on_disk >= size;
}

}  // namespace

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
    if (std::filesystem::is_regular_file(place, error)) {
      if (is_whole_soundfont(place)) return place;
      return Error{ErrorCode::kCorrupt,
                   "soundfont " + place.string() + " is not a whole SoundFont file"};
    }
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
