// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "plugin/engine/pad.hpp"
#include "presets/prompt_presets.hpp"

// The one table of the instrument's controls: ports, generic editor, automation and presets come
// from it. Symbols are kept for ever: sessions refer to them.
namespace dgx::plugin {

enum class ControlKind {
  kReal,
  kLogarithmic,
  kInteger,
  kSwitch,
  kChoice,
  kPromptPreset,  ///< 0, or the number of a prompt preset
  kTrigger,
  kFreewheel,
  kMeter
};

struct Control {
  std::string_view symbol;
  std::string_view name;
  ControlKind kind = ControlKind::kReal;
  float minimum = 0.0F;
  float maximum = 1.0F;
  float initial = 0.0F;
  std::string_view unit{};
  std::string_view help{};
  std::array<std::string_view, 3> choices{};  ///< Of kChoice: the values 0, 1, ...
};

using enum ControlKind;

enum Global : std::size_t {
  kGain,
  kSelectedPad,
  kRootNote,
  kQuantise,
  kFollow,
  kFollowFrom,
  kTempoMatch,
  kFreewheeling,
  kPromptPresetNumber,
  kGenerate,
  kTakes,
  kMissing,
  kPosition,
  kGlobals
};

inline constexpr std::array<Control, kGlobals> kGlobalControls = {{
    {"gain", "Gain", kReal, -60, 12, 0, "dB", "level of all that sounds"},
    {"pad", "Selected pad", kInteger, 1, 12, 1, "",
     "the pad that notes 48 to 96 play in tune and that follows the transport"},
    {"root", "Root note", kInteger, 0, 127, 60, "",
     "the note at which the selected pad sounds at its own pitch; 60 is middle C"},
    {"quantise", "Pads start on bars", kSwitch, 0, 1, 0, "",
     "while the transport rolls, a pad waits for the next bar line"},
    {"follow", "Follow the transport", kSwitch, 0, 1, 0, "",
     "the selected pad's take sounds in step with the host, without notes"},
    {"follow_from", "Follow from bar", kInteger, 1, 9999, 1, "",
     "the bar from which on the take repeats"},
    {"tempo_match",
     "Take of another tempo",
     kChoice,
     0,
     1,
     0,
     "",
     "what a take up to 6 % apart does; further apart it always keeps its own speed",
     {"Varispeed", "Own speed"}},
    {"freewheel", "Freewheel", kFreewheel, 0, 1, 0, "", "set by the host while it exports"},
    {"prompt_preset", "Prompt preset", kPromptPreset, 0, static_cast<float>(kPromptPresetCount), 0,
     "", "what Generate asks for here; 0 is the prompt"},
    {"generate", "Generate", kTrigger, 0, 1, 0, "",
     "asks for a new take as it rises; it goes to the selected pad, or to the next empty one"},
    {"takes", "Takes loaded", kMeter, 0, 12, 0, "", "pads that have a take"},
    {"missing", "Takes missing", kMeter, 0, 12, 0, "",
     "pads whose file was not found or is broken"},
    {"position", "Position", kMeter, 0, 1, 0, "",
     "where the selected pad sounds, as part of its take"},
}};

enum PerPad : std::size_t {
  kPadMode,
  kPadChoke,
  kPadGain,
  kPadPan,
  kPadTune,
  kPadAttack,
  kPadRelease,
  kPadStart,
  kPadEnd,
  kPadControlCount
};

inline constexpr std::array<Control, kPadControlCount> kPadControls = {{
    {"mode",
     "Mode",
     kChoice,
     0,
     2,
     0,
     "",
     "how a note plays the take",
     {"One-shot", "Gate", "Loop"}},
    {"choke", "Choke group", kInteger, 0, 12, 0, "", "pads of one group end each other; 0: none"},
    {"gain", "Gain", kReal, -60, 12, 0, "dB", "level"},
    {"pan", "Pan", kReal, -1, 1, 0, "", "-1 is left, 1 is right"},
    {"tune", "Tune", kReal, -24, 24, 0, "st", "pitch, by speed"},
    {"attack", "Attack", kReal, 0, 10, 0, "s", "time from silence to full level"},
    {"release", "Release", kLogarithmic, 0.005F, 10, 0.05F, "s", "time to silence after the key"},
    {"start", "Start", kReal, 0, 1, 0, "", "where the take begins, as part of its length"},
    {"end", "End", kReal, 0, 1, 1, "", "where the take ends, as part of its length"},
}};

inline constexpr std::size_t kControlCount =
    kGlobals + static_cast<std::size_t>(kPads) * kPadControlCount;

constexpr std::size_t pad_control(int pad, PerPad control) {
  return kGlobals + static_cast<std::size_t>(pad) * kPadControlCount + control;
}
constexpr bool is_pad_control(std::size_t index) {
  return index >= kGlobals;
}
constexpr int pad_of_control(std::size_t index) {
  return static_cast<int>((index - kGlobals) / kPadControlCount);
}
constexpr const Control& control(std::size_t index) {
  return is_pad_control(index) ? kPadControls[(index - kGlobals) % kPadControlCount]
                               : kGlobalControls[index];
}

/// The symbol of its port: "gain", "pad3_gain".
std::string control_symbol(std::size_t index);

/// What the controls of one pad, kPadControlCount values, say.
PadSettings pad_settings(std::span<const float> values) noexcept;

}  // namespace dgx::plugin
