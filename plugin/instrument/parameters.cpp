// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/parameters.hpp"

#include <algorithm>
#include <cmath>

namespace dgx::plugin {
namespace {

// Automation can push the ends past each other: a hundredth of a second of a long take is left.
constexpr double kSmallestRegion = 1e-4;

int whole(float value, const Control& control) noexcept {
  return static_cast<int>(std::lround(std::clamp(value, control.minimum, control.maximum)));
}

double real(float value, const Control& control) noexcept {
  return static_cast<double>(std::clamp(value, control.minimum, control.maximum));
}

}  // namespace

std::string control_symbol(std::size_t index) {
  const std::string symbol(control(index).symbol);
  if (!is_pad_control(index)) return symbol;
  return "pad" + std::to_string(pad_of_control(index) + 1) + "_" + symbol;
}

PadSettings pad_settings(std::span<const float> values) noexcept {
  const auto real_of = [&](PerPad index) { return real(values[index], kPadControls[index]); };
  PadSettings settings;
  settings.mode = static_cast<PlayMode>(whole(values[kPadMode], kPadControls[kPadMode]));
  settings.choke_group = whole(values[kPadChoke], kPadControls[kPadChoke]);
  settings.gain_db = real_of(kPadGain);
  settings.pan = real_of(kPadPan);
  settings.tune_semitones = real_of(kPadTune);
  settings.attack_seconds = real_of(kPadAttack);
  settings.release_seconds = real_of(kPadRelease);
  settings.region_start = std::min(real_of(kPadStart), 1.0 - kSmallestRegion);
  settings.region_end = std::max(real_of(kPadEnd), settings.region_start + kSmallestRegion);
  return settings;
}

}  // namespace dgx::plugin
