// SPDX-License-Identifier: Apache-2.0
// The instrument as DPF knows it: ports and their description. What DPF cannot do, or does wrongly,
// is in lv2_shim.cpp.
#include <DistrhoPlugin.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/lv2/handover.hpp"
#include "plugin/lv2/properties.hpp"
#include "presets/prompt_presets.hpp"

namespace {

using dgx::plugin::Control;
using dgx::plugin::ControlKind;
using dgx::plugin::Instrument;
using dgx::plugin::kControlCount;
using dgx::plugin::kPads;

// DPF wants texts that end; the table's are literals, but a view does not say so.
DISTRHO::String text(std::string_view view) {
  return DISTRHO::String(std::string(view).c_str());
}

std::uint32_t hints_of(ControlKind kind) {
  switch (kind) {
    case ControlKind::kReal:
      return DISTRHO::kParameterIsAutomatable;
    case ControlKind::kLogarithmic:
      return DISTRHO::kParameterIsAutomatable | DISTRHO::kParameterIsLogarithmic;
    case ControlKind::kInteger:
    case ControlKind::kChoice:
    case ControlKind::kPromptPreset:
      return DISTRHO::kParameterIsAutomatable | DISTRHO::kParameterIsInteger;
    case ControlKind::kTrigger:
      return DISTRHO::kParameterIsAutomatable | DISTRHO::kParameterIsTrigger;
    case ControlKind::kSwitch:
    // Hosts know it by its designation. Were it not automatable, DPF would write what is no LV2.
    case ControlKind::kFreewheel:
      return DISTRHO::kParameterIsAutomatable | DISTRHO::kParameterIsBoolean;
    case ControlKind::kMeter:
      break;
  }
  return DISTRHO::kParameterIsOutput;
}

class DpfPlugin final : public DISTRHO::Plugin {
 public:
  DpfPlugin() : Plugin(kControlCount, 0, kPads + 3) {
    if (isDummyInstance() || dgx::plugin::current_handover == nullptr) return;
    auto& handover = *dgx::plugin::current_handover;
    instrument_ = std::make_unique<Instrument>(getSampleRate(), std::move(handover.host),
                                               dgx::plugin::find_address(handover.bundle));
    handover.instrument = instrument_.get();
  }

 protected:
  const char* getLabel() const override { return "dgx_music"; }
  const char* getDescription() const override {
    return "Plays clips of music from pads, from the keyboard and in step with the transport.";
  }
  const char* getMaker() const override { return "DGX Music"; }
  const char* getLicense() const override { return "Apache-2.0"; }
  std::uint32_t getVersion() const override { return d_version(0, 1, 0); }
  std::int64_t getUniqueId() const override { return d_cconst('D', 'g', 'x', 'M'); }

  void initAudioPort(bool input, std::uint32_t index, DISTRHO::AudioPort& port) override {
    port.groupId = DISTRHO::kPortGroupStereo;
    Plugin::initAudioPort(input, index, port);
  }

  void initParameter(std::uint32_t index, DISTRHO::Parameter& parameter) override {
    const Control& row = dgx::plugin::control(index);
    parameter.hints = hints_of(row.kind);
    parameter.name = text(row.name);
    parameter.symbol = text(dgx::plugin::control_symbol(index));
    if (dgx::plugin::is_pad_control(index)) {
      const int pad = dgx::plugin::pad_of_control(index);
      parameter.name = text("Pad " + std::to_string(pad + 1) + " " + std::string(row.name));
      parameter.groupId = static_cast<std::uint32_t>(pad);
    }
    parameter.unit = text(row.unit);
    parameter.description = text(row.help);
    parameter.ranges = DISTRHO::ParameterRanges(row.initial, row.minimum, row.maximum);
    if (row.kind == ControlKind::kChoice) {
      set_choices(parameter, std::span(row.choices).first(std::size_t(row.maximum) + 1));
    }
    if (row.kind == ControlKind::kPromptPreset) set_choices(parameter, preset_names());
  }

  void initPortGroup(std::uint32_t group, DISTRHO::PortGroup& port_group) override {
    port_group.name = text("Pad " + std::to_string(group + 1));
    port_group.symbol = text(dgx::plugin::pad_key(static_cast<int>(group)));
  }

  // Only so that DPF describes them and takes their messages; the shim keeps the values.
  void initState(std::uint32_t index, DISTRHO::State& state) override {
    if (index < kPads) {
      const int pad = static_cast<int>(index);
      state.hints = DISTRHO::kStateIsFilenamePath;
      state.key = text(dgx::plugin::pad_key(pad));
      state.label = text("Pad " + std::to_string(pad + 1) + " take");
      state.description = "the WAV file that the pad plays";
    } else if (index == kPads) {
      state.hints = DISTRHO::kStateIsHostWritable;
      state.key = dgx::plugin::kPromptKey;
      state.label = "Prompt";
      state.description = "what the music should be, in your own words";
    } else if (index == kPads + 1) {
      state.hints = DISTRHO::kStateIsFilenamePath;
      state.key = dgx::plugin::kPromptFileKey;
      state.label = "Prompt file";
      state.description = "a text file whose words become the prompt";
    } else {
      state.hints = DISTRHO::kStateIsHostReadable;
      state.key = dgx::plugin::kNoticeKey;
      state.label = "Notice";
      state.description = "what is not as it should be, and why";
    }
    state.hints |= DISTRHO::kStateIsOnlyForDSP;
  }
  void setState(const char* /*key*/, const char* /*value*/) override {}

  float getParameterValue(std::uint32_t index) const override {
    return instrument_ ? instrument_->control_value(index) : dgx::plugin::control(index).initial;
  }
  void setParameterValue(std::uint32_t index, float value) override {
    if (instrument_) instrument_->set_control(index, value);
  }

  void activate() override {
    if (instrument_) instrument_->activate();
  }

  void run(const float** /*inputs*/, float** outputs, std::uint32_t frames,
           const DISTRHO::MidiEvent* events, std::uint32_t event_count) override {
    std::size_t count = 0;
    for (const auto& event : std::span(events, event_count)) {
      if (event.size == 0 || event.size > 3 || count == events_.size()) continue;
      events_[count++] = {event.frame, {event.data[0], event.data[1], event.data[2]}};
    }
    instrument_->process(std::span(events_).first(count), outputs[0], outputs[1], frames);
  }

 private:
  static std::vector<std::string_view> preset_names() {
    std::vector<std::string_view> names = {"The prompt"};
    for (const dgx::PromptPreset& preset : dgx::prompt_presets()) names.push_back(preset.name);
    return names;
  }

  static void set_choices(DISTRHO::Parameter& parameter,
                          std::span<const std::string_view> choices) {
    // DPF's, which deletes it.
    auto* values = new DISTRHO::ParameterEnumerationValue[choices.size()];
    for (std::size_t i = 0; i < choices.size(); ++i) {
      values[i].value = static_cast<float>(i);
      values[i].label = text(choices[i]);
    }
    parameter.enumValues.count = static_cast<std::uint8_t>(choices.size());
    parameter.enumValues.restrictedMode = true;
    parameter.enumValues.values = values;
  }

  std::unique_ptr<Instrument> instrument_{};
  std::array<dgx::plugin::MidiEvent, 512> events_{};  // As many as DPF passes on.
};

}  // namespace

START_NAMESPACE_DISTRHO

// NOLINTNEXTLINE(readability-identifier-naming): DPF's name
Plugin* createPlugin() {
  return new DpfPlugin();
}

END_NAMESPACE_DISTRHO
