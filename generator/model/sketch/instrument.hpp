// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dgx::model::sketch {

/// What a part does in the music. The order is the order of parts everywhere.
enum class Role { kDrums, kBass, kChords, kPad, kMelody, kTexture };
inline constexpr std::size_t kRoleCount = 6;
inline constexpr std::array<Role, kRoleCount> kRoles = {
    Role::kDrums, Role::kBass, Role::kChords, Role::kPad, Role::kMelody, Role::kTexture};

constexpr std::size_t index_of(Role role) {
  return static_cast<std::size_t>(role);
}
/// "drums", "bass", ...: the part's name in files, data and receipts.
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);
std::vector<std::string> role_names();

/// Where a part sits between the speakers: MIDI pan, 64 is the middle. Bass and drums hold it;
/// chords and melody leave it to them.
constexpr int pan_of(Role role) {
  if (role == Role::kChords) return 52;
  return role == Role::kMelody ? 76 : 64;
}

/// A sound of the General MIDI soundfont and how it is treated.
struct Instrument {
  std::string name{};                ///< "rhodes"
  std::vector<std::string> words{};  ///< What a prompt may call it
  std::vector<Role> roles{};         ///< What it can play, the most natural first
  bool vinyl = false;                ///< The noise of a record instead of the soundfont
  int bank = 0;
  int program = 0;
  int low = 0;  ///< Playable range, MIDI notes
  int high = 127;
  bool monophonic = false;
  double highpass_hz = 0.0;  ///< 0: none
  double lowpass_hz = 0.0;   ///< 0: none
  double drive = 0.0;        ///< 0 clean to 1 clearly saturated
  double reverb = 0.2;       ///< 0 dry to 1 drowned
  double chorus = 0.0;       ///< 0 none to 1 wide
  double decay_s = 0.0;      ///< Time in which a held note falls to 1/e; 0: as the sound has it
  double level_db = 0.0;     ///< Added to the level its part has in the genre
};

}  // namespace dgx::model::sketch
