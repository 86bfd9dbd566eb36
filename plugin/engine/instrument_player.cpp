// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/instrument_player.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dgx::plugin {
namespace {

constexpr double kGainSeconds = 0.02;
// Played this late, a note was meant for the bar that has just begun.
constexpr double kLateSeconds = 0.02;
constexpr std::array<std::uint8_t, 3> kAllSoundOff = {0xB0, 120, 0};
constexpr std::array<std::uint8_t, 3> kPedalUp = {0xB0, 64, 0};
constexpr std::array<std::uint8_t, 3> kWheelAtRest = {0xE0, 0, 64};

}  // namespace

InstrumentPlayer::InstrumentPlayer(double sample_rate)
    : sample_rate_(sample_rate),
      pads_(sample_rate),
      follower_(sample_rate, pads_.tables()),
      audition_(sample_rate, pads_.tables()),
      clock_(sample_rate),
      bars_(sample_rate, 0) {}

bool InstrumentPlayer::set_sample(int pad, const Sample* sample) noexcept {
  if (pad == kAuditionPad) return audition_.set_sample(sample);
  if (!pads_.set_sample(pad, sample)) return false;
  samples_[static_cast<std::size_t>(pad)] = sample;
  if (pad == selected_) follow_selected();
  return true;
}

const Sample* InstrumentPlayer::take_retired() noexcept {
  if (const Sample* heard = audition_.take_retired()) return heard;
  for (const Sample*& sample : retiring_) {
    if (sample != nullptr && !follower_.reads(sample)) return std::exchange(sample, nullptr);
  }
  const auto place = std::find(retiring_.begin(), retiring_.end(), nullptr);
  if (place == retiring_.end()) return nullptr;
  const Sample* sample = pads_.take_retired();
  if (sample == nullptr || !follower_.reads(sample)) return sample;
  *place = sample;
  return take_retired();
}

void InstrumentPlayer::set_pad(int pad, const PadSettings& settings) noexcept {
  settings_[static_cast<std::size_t>(pad)] = settings;
  pads_.set_pad(pad, settings);
  if (pad == selected_) follower_.set_gain(gain_of(settings));
}

void InstrumentPlayer::select(int pad, int root_note) noexcept {
  selected_ = pad;
  pads_.set_chromatic(pad, root_note);
  follower_.set_gain(gain_of(settings_[static_cast<std::size_t>(pad)]));
  follow_selected();
}

void InstrumentPlayer::set_follow(const FollowSettings& settings) noexcept {
  if (settings == follow_) return;
  const FollowSettings before = std::exchange(follow_, settings);
  if (before.from_bar != settings.from_bar) follower_.set_anchor(settings.from_bar);
  if (before.match != settings.match) followed_ = nullptr;  // To be laid out anew.
  follow_selected();
}

void InstrumentPlayer::follow_selected() noexcept {
  const Sample* selected = samples_[static_cast<std::size_t>(selected_)];
  const bool can_follow = follow_.follows && selected != nullptr && selected->timing();
  const Sample* wanted = can_follow ? selected : nullptr;
  if (wanted == followed_ && follower_.reads(wanted)) return;
  followed_ = wanted;
  follower_.set_take(wanted, wanted != nullptr ? *wanted->timing() : TakeTiming{}, follow_.match);
}

void InstrumentPlayer::set_gain(double gain_db) noexcept {
  gain_.go_to(static_cast<float>(std::pow(10.0, gain_db / 20.0)),
              static_cast<int>(std::lround(kGainSeconds * sample_rate_)));
}

void InstrumentPlayer::reset() noexcept {
  pads_.reset();
  follower_.reset();
  audition_.reset();
  gain_.settle();
  waiting_ = {};
}

void InstrumentPlayer::process(std::span<const MidiEvent> events,
                               std::span<const PositionEvent> positions, float* left, float* right,
                               std::uint32_t frames) noexcept {
  std::fill_n(left, frames, 0.0F);
  std::fill_n(right, frames, 0.0F);
  const Output out{left, right};
  std::uint32_t done = 0;
  for (const PositionEvent& position : positions) {
    const std::uint32_t until = std::clamp(position.offset, done, frames);
    roll(events, out, done, until);
    done = until;
    locate(position.transport);
  }
  roll(events, out, done, frames);
  for (const MidiEvent& late : events) take(late);
  gain_.apply(left, right, frames);
  audition_.process(left, right, frames);
}

void InstrumentPlayer::locate(const Transport& transport) noexcept {
  const bool rolled = clock_.now().rolls;
  const bool jumped = clock_.set(transport);
  if (!transport.rolls) {
    moved_while_stopped_ = jumped || (moved_while_stopped_ && !rolled);
    waiting_ = {};
    return;
  }
  if (jumped || std::exchange(moved_while_stopped_, false)) {
    handle({0, kAllSoundOff});
    handle({0, kPedalUp});
    handle({0, kWheelAtRest});
    waiting_ = {};
  }
}

// From one word of the host to the next.
void InstrumentPlayer::roll(std::span<const MidiEvent>& events, Output out, std::uint32_t from,
                            std::uint32_t to) noexcept {
  if (from == to) return;
  const Transport transport = clock_.now();
  follower_.process(transport, out.left + from, out.right + from, to - from);
  if (transport.rolls) bars_.follow(transport);
  for (std::uint32_t at = from; at < to;) {
    std::uint32_t until = to;
    const std::int64_t frame = transport.frame + (at - from);
    if (const auto bar = bars_.segment_at(frame); bar && transport.rolls) {
      if (bar->begin == frame) start_waiting();
      since_bar_ = frame - bar->begin;
      until = static_cast<std::uint32_t>(std::min<std::int64_t>(to, at + bar->end - frame));
    }
    play_pads(events, out, at, until);
    at = until;
  }
  clock_.advance(to - from);
}

// Takes from `events` those that belong to the stretch.
void InstrumentPlayer::play_pads(std::span<const MidiEvent>& events, Output out, std::uint32_t from,
                                 std::uint32_t to) noexcept {
  std::uint32_t done = from;
  while (!events.empty() && events.front().frame < to) {
    const std::uint32_t until = std::max(events.front().frame, done);
    since_bar_ += until - done;
    pads_.process({}, out.left + done, out.right + done, until - done);
    done = until;
    take(events.front());
    events = events.subspan(1);
  }
  pads_.process({}, out.left + done, out.right + done, to - done);
}

void InstrumentPlayer::take(const MidiEvent& event) noexcept {
  if (!waits_for_bar(event)) handle(event);
}

void InstrumentPlayer::handle(const MidiEvent& event) noexcept {
  const std::array<MidiEvent, 1> now = {MidiEvent{0, event.bytes}};
  pads_.process(now, nullptr, nullptr, 0);
}

// A pad's note begins with the next bar; one that is let go before, or cleared, is forgotten.
bool InstrumentPlayer::waits_for_bar(const MidiEvent& event) noexcept {
  const int pad = (event.bytes[1] & 0x7F) - kFirstPadNote;
  const int kind = event.bytes[0] & 0xF0;
  const bool is_note = kind == 0x90 || kind == 0x80;
  if (!is_note || pad < 0 || pad >= kPads) {
    if (kind == 0xB0 && event.bytes[1] >= 120) waiting_ = {};
    return false;
  }
  const auto index = static_cast<std::size_t>(pad);
  const bool is_on = kind == 0x90 && event.bytes[2] > 0;
  if (!is_on) {
    if (settings_[index].mode != PlayMode::kOneShot) waiting_[index] = {};
    return false;
  }
  const bool is_late = static_cast<double>(since_bar_) <= kLateSeconds * sample_rate_;
  if (!quantise_ || !clock_.now().rolls || is_late) return false;
  waiting_[index] = event;
  return true;
}

void InstrumentPlayer::start_waiting() noexcept {
  for (MidiEvent& event : waiting_) {
    if (event.bytes[2] == 0) continue;
    handle(event);
    event = {};
  }
}

}  // namespace dgx::plugin
