// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/instrument.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace dgx::plugin {
namespace {

// An export waits so long for takes that are still being read.
constexpr std::chrono::seconds kExportPatience{30};
// A save waits so long, so that the session holds what was put on a pad a moment ago.
constexpr std::chrono::seconds kSavePatience{2};

}  // namespace

Instrument::Instrument(double sample_rate, HostServices host)
    : host_{[this, make = std::move(host.make_path)](const std::string& name) {
              return make && is_active_.load() ? make(name) : std::filesystem::path();
            },
            std::move(host.warn)},
      player_(sample_rate),
      shelf_(host_),
      loader_(link_, [this](const LoadOutcome& outcome) { shelf_.told(outcome, loader_); }) {
  for (std::size_t i = 0; i < kControlCount; ++i) values_[i] = control(i).initial;
}

void Instrument::set_control(std::size_t index, float value) noexcept {
  values_[index].store(value, std::memory_order_relaxed);
  apply(index);
}

float Instrument::control_value(std::size_t index) const noexcept {
  return value(index);
}

int Instrument::whole(std::size_t index) const noexcept {
  const Control& row = control(index);
  return static_cast<int>(std::lround(std::clamp(value(index), row.minimum, row.maximum)));
}

void Instrument::apply(std::size_t index) noexcept {
  if (is_pad_control(index)) {
    const int pad = pad_of_control(index);
    std::array<float, kPadControlCount> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(pad_control(pad, PerPad{i}));
    return player_.set_pad(pad, pad_settings(values));
  }
  switch (index) {
    case kGain:
      return player_.set_gain(static_cast<double>(
          std::clamp(value(kGain), control(kGain).minimum, control(kGain).maximum)));
    case kSelectedPad:
    case kRootNote:
      return player_.select(whole(kSelectedPad) - 1, whole(kRootNote));
    case kQuantise:
      return player_.set_quantise(whole(kQuantise) != 0);
    case kFollow:
    case kFollowFrom:
    case kTempoMatch:
      return player_.set_follow({whole(kFollow) != 0, whole(kFollowFrom) - 1,
                                 static_cast<TempoMatch>(whole(kTempoMatch))});
    case kFreewheeling:
      return freewheel(whole(kFreewheeling) != 0);
    default:
      return;
  }
}

// An export begins from rest, so that it does not depend on what was heard before.
void Instrument::freewheel(bool on) noexcept {
  if (std::exchange(freewheels_, on) != on) player_.reset();
}

void Instrument::place(const PositionEvent& position) noexcept {
  if (position_count_ == positions_.size()) --position_count_;  // The last word counts.
  positions_[position_count_++] = position;
}

void Instrument::process(std::span<const MidiEvent> events, float* left, float* right,
                         std::uint32_t frames) noexcept {
  if (freewheels_) loader_.wait_until_idle(kExportPatience);
  link_.apply(player_);
  player_.process(events, std::span(positions_).first(std::exchange(position_count_, 0)), left,
                  right, frames);
  tell_meters();
}

void Instrument::tell_meters() noexcept {
  const auto tell = [this](std::size_t index, float value) {
    values_[index].store(value, std::memory_order_relaxed);
  };
  tell(kTakes, static_cast<float>(shelf_.loaded()));
  tell(kMissing, static_cast<float>(shelf_.missing()));
  const int pad = whole(kSelectedPad) - 1;
  const Sample* sample = player_.sample(pad);
  const double playhead = player_.playhead(pad);
  const bool sounds = sample != nullptr && playhead >= 0.0;
  tell(kPosition,
       sounds ? static_cast<float>(playhead / static_cast<double>(sample->frames())) : 0.0F);
}

void Instrument::put(int pad, std::filesystem::path file) {
  shelf_.put(pad, std::move(file), loader_);
  ++changes_;
}

void Instrument::set_prompt(std::string prompt) {
  {
    const MutexLock lock(mutex_);
    if (prompt == prompt_) return;
    prompt_ = std::move(prompt);
  }
  ++changes_;
}

std::string Instrument::prompt() const {
  const MutexLock lock(mutex_);
  return prompt_;
}

InstrumentState Instrument::save() {
  loader_.wait_until_idle(kSavePatience);
  InstrumentState state;
  state.files = shelf_.files_to_save();
  const MutexLock lock(mutex_);
  state.prompt = prompt_;
  state.saves = ++saves_;
  return state;
}

void Instrument::restore(const InstrumentState& state) {
  shelf_.restore(state.files, loader_);
  const MutexLock lock(mutex_);
  prompt_ = state.prompt;
  saves_ = state.saves;
}

}  // namespace dgx::plugin
