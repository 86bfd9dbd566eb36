// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/factory_presets.hpp"

#include <cstddef>

namespace dgx::plugin {
namespace {

ControlValues initial_values() {
  ControlValues values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = control(i).initial;
  return values;
}

/// Says one thing after the other of a preset.
class Sketch {
 public:
  Sketch& global(Global index, float value) {
    values_[index] = value;
    return *this;
  }
  Sketch& all_pads(PerPad index, float value) {
    for (int pad = 0; pad < kPads; ++pad) values_[pad_control(pad, index)] = value;
    return *this;
  }
  Sketch& spread_pan() {
    for (int pad = 0; pad < kPads; ++pad) {
      values_[pad_control(pad, kPadPan)] = -0.6F + 1.2F * static_cast<float>(pad) / (kPads - 1);
    }
    return *this;
  }
  [[nodiscard]] const ControlValues& values() const { return values_; }

 private:
  ControlValues values_ = initial_values();
};

constexpr float kGate = 1;
constexpr float kLoop = 2;
constexpr float kOn = 1;
constexpr float kOwnSpeed = 1;

}  // namespace

std::span<const FactoryPreset> factory_presets() {
  static const std::array<FactoryPreset, 8> kPresets = {{
      {"one_shots", "One-shots", Sketch().values()},
      {"gates", "Gates: as long as the key",
       Sketch().all_pads(kPadMode, kGate).all_pads(kPadRelease, 0.08F).values()},
      {"loops_on_bars", "Loops that start on bars",
       Sketch().all_pads(kPadMode, kLoop).global(kQuantise, kOn).values()},
      {"one_at_a_time", "One at a time: each pad ends the others",
       Sketch().all_pads(kPadChoke, 1).global(kQuantise, kOn).values()},
      {"follow", "Follow the transport", Sketch().global(kFollow, kOn).values()},
      {"follow_own_speed", "Follow the transport, never bend the pitch",
       Sketch().global(kFollow, kOn).global(kTempoMatch, kOwnSpeed).values()},
      {"soft_keys", "Soft keys: swell in, ring out",
       Sketch()
           .all_pads(kPadMode, kLoop)
           .all_pads(kPadAttack, 0.4F)
           .all_pads(kPadRelease, 1.5F)
           .values()},
      {"wide_kit", "Wide kit: pads from left to right", Sketch().spread_pan().values()},
  }};
  return kPresets;
}

}  // namespace dgx::plugin
