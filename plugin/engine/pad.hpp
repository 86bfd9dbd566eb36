// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "plugin/engine/sinc_tables.hpp"

namespace dgx::plugin {

// MIDI notes, 60 being middle C.
inline constexpr int kPads = 12;
inline constexpr int kAuditionPad = kPads;  ///< No pad: what is listened to beside them
inline constexpr int kFirstPadNote = 36;
inline constexpr int kFirstChromaticNote = 48;
inline constexpr int kLastChromaticNote = 96;

/// Keys of the pads and of the chromatic zone. Plain, so that it crosses threads as one number.
struct KeySet {
  std::uint64_t bits = 0;  ///< Bit n: note 36 + n

  void add(int note) noexcept { bits |= bit_of(note); }
  [[nodiscard]] bool has(int note) const noexcept { return (bits & bit_of(note)) != 0; }
  bool operator==(const KeySet&) const = default;

 private:
  static std::uint64_t bit_of(int note) noexcept {
    return note < kFirstPadNote || note > kLastChromaticNote
               ? 0
               : std::uint64_t{1} << static_cast<unsigned>(note - kFirstPadNote);
  }
};

enum class PlayMode : std::uint8_t {
  kOneShot,  ///< To the end of the region, however short the key is held
  kGate,     ///< While the key is held, to the end of the region at most
  kLoop      ///< While the key is held, the region over and over
};

/// How one pad plays its take. Plain values, so that they cross to the audio thread in a queue.
struct PadSettings {
  PlayMode mode = PlayMode::kOneShot;
  int choke_group = 0;            ///< 1 to 12: starting one pad of a group ends the others; 0: none
  double gain_db = 0.0;           ///< -60 to 12
  double pan = 0.0;               ///< -1 left to 1 right; the centre leaves the take as it is
  double tune_semitones = 0.0;    ///< -24 to 24, by speed
  double attack_seconds = 0.0;    ///< 0 to 10
  double release_seconds = 0.05;  ///< 0.005 to 10
  double region_start = 0.0;      ///< Part of the take, 0 to 1
  double region_end = 1.0;        ///< Greater than region_start
};

/// Gain and pan as a balance: the centre leaves both sides as they are, either end silences the
/// other side.
[[nodiscard]] inline StereoFrame gain_of(const PadSettings& settings) noexcept {
  const auto gain = static_cast<float>(std::pow(10.0, settings.gain_db / 20.0));
  const auto pan = static_cast<float>(std::clamp(settings.pan, -1.0, 1.0));
  return {gain * std::min(1.0F, 1.0F - pan), gain * std::min(1.0F, 1.0F + pan)};
}

}  // namespace dgx::plugin
