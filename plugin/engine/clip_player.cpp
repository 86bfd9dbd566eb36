// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/clip_player.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dgx::plugin {
namespace {

// Long enough that no click is left, short enough that nobody hears a fade.
constexpr double kFadeSeconds = 0.005;
constexpr double kBendRange = 2.0;  // Semitones

enum MidiStatus : std::uint8_t {
  kNoteOff = 0x80,
  kNoteOn = 0x90,
  kController = 0xB0,
  kBend = 0xE0
};
enum MidiController : std::uint8_t { kSustain = 64, kAllSoundOff = 120, kAllNotesOff = 123 };

// The law most samplers follow: 40 dB a decade of velocity.
float gain_of_velocity(int velocity) {
  const float part = static_cast<float>(velocity) / 127.0F;
  return part * part;
}

StereoFrame gain_of(const PadSettings& settings, float velocity_gain) {
  const StereoFrame gain = dgx::plugin::gain_of(settings);
  return {velocity_gain * gain.left, velocity_gain * gain.right};
}

}  // namespace

ClipPlayer::ClipPlayer(double sample_rate) : sample_rate_(sample_rate) {}

bool ClipPlayer::set_sample(int pad, const Sample* sample) noexcept {
  Pad& target = pads_[static_cast<std::size_t>(pad)];
  if (target.sample == sample) return true;
  if (target.sample != nullptr) {
    const auto place = std::find(retiring_.begin(), retiring_.end(), nullptr);
    if (place == retiring_.end()) return false;
    *place = target.sample;
  }
  for (Slot& slot : slots_) {
    if (!slot.voice.silent() && slot.note.pad == pad) cut(slot);
  }
  target.sample = sample;
  return true;
}

const Sample* ClipPlayer::take_retired() noexcept {
  for (const Sample*& sample : retiring_) {
    if (sample == nullptr || is_read(sample)) continue;
    return std::exchange(sample, nullptr);
  }
  return nullptr;
}

// Several pads may hold one sample, and a voice that was never started again still points to one.
bool ClipPlayer::is_read(const Sample* sample) const noexcept {
  return std::any_of(slots_.begin(), slots_.end(), [sample](const Slot& slot) {
    return !slot.voice.silent() && slot.voice.sample() == sample;
  });
}

void ClipPlayer::set_pad(int pad, const PadSettings& settings) noexcept {
  pads_[static_cast<std::size_t>(pad)].settings = settings;
  for (Slot& slot : slots_) {
    if (slot.voice.silent() || slot.note.pad != pad) continue;
    slot.voice.set_gain(gain_of(settings, slot.note.velocity_gain), frames_of(kFadeSeconds));
  }
}

void ClipPlayer::set_chromatic(int pad, int root_note) noexcept {
  chromatic_pad_ = pad;
  root_note_ = root_note;
}

void ClipPlayer::reset() noexcept {
  for (Slot& slot : slots_) slot = Slot();
  starts_ = 0;
  bend_semitones_ = 0.0;
  sustain_ = false;
}

void ClipPlayer::process(std::span<const MidiEvent> events, float* left, float* right,
                         std::uint32_t frames) noexcept {
  std::uint32_t done = 0;
  for (const MidiEvent& event : events) {
    const std::uint32_t until = std::clamp(event.frame, done, frames);
    render(left + done, right + done, static_cast<int>(until - done));
    done = until;
    handle(event);
  }
  render(left + done, right + done, static_cast<int>(frames - done));
}

void ClipPlayer::render(float* left, float* right, int frames) noexcept {
  if (frames == 0) return;
  for (Slot& slot : slots_) {
    if (!slot.voice.silent()) slot.voice.add_to(left, right, frames, tables_);
  }
}

void ClipPlayer::handle(const MidiEvent& event) noexcept {
  const int first = event.bytes[1] & 0x7F;
  const int second = event.bytes[2] & 0x7F;
  switch (event.bytes[0] & 0xF0) {
    case kNoteOn:
      if (second > 0) return note_on(first, second);
      return note_off(first);
    case kNoteOff:
      return note_off(first);
    case kController:
      return controller(first, second);
    case kBend:
      return bend(first + 128 * second);
    default:
      return;
  }
}

void ClipPlayer::note_on(int key, int velocity) noexcept {
  const float gain = gain_of_velocity(velocity);
  if (key >= kFirstPadNote && key < kFirstPadNote + kPads) {
    start({.pad = key - kFirstPadNote, .key = key, .velocity_gain = gain});
  } else if (key >= kFirstChromaticNote && key <= kLastChromaticNote) {
    start({.pad = chromatic_pad_,
           .key = key,
           .semitones = static_cast<double>(key - root_note_),
           .velocity_gain = gain,
           .chromatic = true});
  }
}

void ClipPlayer::start(const Note& note) noexcept {
  const Pad& pad = pad_of(note);
  if (pad.sample == nullptr) return;
  choke(note);
  const PadSettings& settings = pad.settings;
  const auto frames = static_cast<double>(pad.sample->frames());
  const auto first = static_cast<std::int64_t>(frames * settings.region_start);
  // A region that begins within the waveform must not click.
  const double attack =
      first > 0 ? std::max(settings.attack_seconds, kFadeSeconds) : settings.attack_seconds;
  Slot& slot = slot_for_start();
  slot.note = note;
  slot.key = Key::kDown;
  slot.started = ++starts_;
  slot.voice.start({.sample = pad.sample,
                    .speed = speed_of(note, *pad.sample),
                    .first = first,
                    .end = static_cast<std::int64_t>(frames * settings.region_end),
                    .loops = mode_of(note) == PlayMode::kLoop,
                    .gain = gain_of(settings, note.velocity_gain),
                    .attack_frames = frames_of(attack),
                    .fade_frames = frames_of(kFadeSeconds)});
}

// A pad ends its own voice and those of its choke group; keys of the chromatic zone only
// themselves.
void ClipPlayer::choke(const Note& by) noexcept {
  const int group = by.chromatic ? 0 : pad_of(by).settings.choke_group;
  for (Slot& slot : slots_) {
    if (slot.voice.silent()) continue;
    const bool same_key = slot.note.key == by.key;
    const bool same_group =
        group != 0 && !slot.note.chromatic && pad_of(slot.note).settings.choke_group == group;
    if (same_key || same_group) cut(slot);
  }
}

// A slot for one more voice. Where sixteen sound, the one that has sounded for longest makes room;
// where even the fading ones have no slot to spare, the softest of those ends at once.
ClipPlayer::Slot& ClipPlayer::slot_for_start() noexcept {
  std::size_t sounding = 0;
  Slot* free = nullptr;
  Slot* oldest = nullptr;
  Slot* softest = nullptr;
  for (Slot& slot : slots_) {
    if (slot.voice.silent()) {
      free = &slot;
    } else if (slot.is_cut) {
      if (softest == nullptr || slot.voice.level() < softest->voice.level()) softest = &slot;
    } else {
      ++sounding;
      if (oldest == nullptr || slot.started < oldest->started) oldest = &slot;
    }
  }
  if (sounding >= kVoices) cut(*oldest);
  if (free == nullptr) free = softest != nullptr ? softest : oldest;
  *free = Slot();
  return *free;
}

void ClipPlayer::note_off(int key) noexcept {
  for (Slot& slot : slots_) {
    if (slot.voice.silent() || slot.note.key != key || slot.key != Key::kDown) continue;
    slot.key = sustain_ ? Key::kHeldByPedal : Key::kUp;
    if (slot.key == Key::kUp) key_up(slot);
  }
}

void ClipPlayer::controller(int number, int value) noexcept {
  switch (number) {
    case kSustain:
      sustain_ = value >= 64;
      if (sustain_) return;
      for (Slot& slot : slots_) {
        if (slot.key != Key::kHeldByPedal) continue;
        slot.key = Key::kUp;
        key_up(slot);
      }
      return;
    case kAllSoundOff:
      for (Slot& slot : slots_) cut(slot);
      return;
    case kAllNotesOff:
      for (Slot& slot : slots_) release(slot);
      return;
    default:
      return;
  }
}

void ClipPlayer::bend(int value) noexcept {
  constexpr int kCentre = 8192;
  bend_semitones_ = kBendRange * (value - kCentre) / kCentre;
  for (Slot& slot : slots_) {
    if (!slot.voice.silent())
      slot.voice.set_speed(speed_of(slot.note, *slot.voice.sample()), frames_of(kFadeSeconds));
  }
}

void ClipPlayer::key_up(Slot& slot) noexcept {
  if (mode_of(slot.note) != PlayMode::kOneShot) release(slot);
}

void ClipPlayer::release(Slot& slot) noexcept {
  slot.voice.release(frames_of(std::max(pad_of(slot.note).settings.release_seconds, kFadeSeconds)));
}

void ClipPlayer::cut(Slot& slot) noexcept {
  slot.voice.release(frames_of(kFadeSeconds));
  slot.is_cut = true;
}

double ClipPlayer::playhead(int pad) const noexcept {
  const Slot* newest = nullptr;
  for (const Slot& slot : slots_) {
    if (slot.voice.silent() || slot.is_cut || slot.note.pad != pad) continue;
    if (newest == nullptr || slot.started > newest->started) newest = &slot;
  }
  return newest != nullptr ? newest->voice.position() : -1.0;
}

KeySet ClipPlayer::sounding_keys() const noexcept {
  KeySet keys;
  for (const Slot& slot : slots_) {
    if (!slot.voice.silent() && !slot.is_cut) keys.add(slot.note.key);
  }
  return keys;
}

PlayMode ClipPlayer::mode_of(const Note& note) noexcept {
  const PlayMode mode = pad_of(note).settings.mode;
  return note.chromatic && mode == PlayMode::kOneShot ? PlayMode::kGate : mode;
}

double ClipPlayer::speed_of(const Note& note, const Sample& sample) noexcept {
  const double tuning = pad_of(note).settings.tune_semitones;
  const double semitones = note.semitones + tuning + bend_semitones_;
  return sample.sample_rate() / sample_rate_ * std::exp2(semitones / 12.0);
}

int ClipPlayer::frames_of(double seconds) const noexcept {
  return static_cast<int>(std::lround(seconds * sample_rate_));
}

}  // namespace dgx::plugin
