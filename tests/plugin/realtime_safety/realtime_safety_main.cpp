// SPDX-License-Identifier: Apache-2.0
// Runs what the audio thread runs, for as many blocks as asked, on a thread whose first system call
// makes the kernel kill the process (a seccomp filter that allows none), and, where
// RealtimeSanitizer is linked, under its watch for allocations and locks. Meanwhile this program's
// first thread swaps takes.
//
// Usage: realtime_safety BLOCKS [misbehave]: the second word makes it break the rule, so that a
// test sees the guard work. Exit status 0: every block was played.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/philox.hpp"
#include "plugin/engine/instrument_player.hpp"
#include "plugin/loader/player_link.hpp"
#include "tests/support/realtime_rules.hpp"

namespace {

using namespace dgx::plugin;

constexpr int kRate = 48000;
constexpr std::size_t kLargestBlock = 8192;

PadSettings draw_settings(dgx::RandomStream& random) {
  PadSettings settings;
  settings.mode = static_cast<PlayMode>(random.below(3));
  settings.choke_group = static_cast<int>(random.below(3));
  settings.tune_semitones = static_cast<double>(random.below(49)) - 24.0;
  settings.region_start = random.below(50) / 100.0;
  return settings;
}

dgx::AudioClip noise(std::uint64_t seed, double seconds, int rate) {
  dgx::RandomStream random(seed, 0);
  dgx::AudioClip clip{rate, 2, {}};
  const auto samples = static_cast<std::size_t>(2 * seconds * rate);
  for (std::size_t i = 0; i < samples; ++i) {
    clip.samples.push_back(static_cast<float>(random.below(2000)) / 1000.0F - 1.0F);
  }
  return clip;
}

/// Notes, wheel, pedals, and bytes that mean nothing.
MidiEvent draw_event(dgx::RandomStream& random, std::uint32_t frames) {
  static constexpr std::array<std::uint8_t, 8> kKinds = {0x90, 0x90, 0x90, 0x80,
                                                         0x80, 0xE0, 0xB0, 0xF0};
  MidiEvent event{random.below(frames), {kKinds[random.below(8)], 0, 0}};
  event.bytes[1] = static_cast<std::uint8_t>(random.below(128));
  event.bytes[2] = static_cast<std::uint8_t>(random.below(128));
  return event;
}

/// All that the audio thread touches, made before it begins.
class AudioThread {
 public:
  explicit AudioThread(PlayerLink& link) : link_(link) { player_.set_follow({.follows = true}); }

  void play(std::int64_t blocks, bool misbehaves) noexcept {
    dgx::test::play_by_the_rules(blocks, done_, [&](std::int64_t block) {
      play_block();
      if (misbehaves && block == blocks / 2) ::getppid();
    });
  }
  [[nodiscard]] bool done() const noexcept { return done_.load(); }
  [[nodiscard]] bool sound_is_sane() const noexcept { return sane_.load(); }

 private:
  void play_block() noexcept {
    const std::uint32_t largest = random_.below(50) == 0 ? kLargestBlock : 128;
    const std::uint32_t frames = 1 + random_.below(largest);
    const std::size_t count = random_.below(4);
    for (std::size_t i = 0; i < count; ++i) events_[i] = draw_event(random_, frames);
    std::sort(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count),
              [](const MidiEvent& a, const MidiEvent& b) { return a.frame < b.frame; });
    link_.apply(player_);
    turn_knobs();
    const std::array<PositionEvent, 1> position = {
        PositionEvent{random_.below(frames), transport()}};
    player_.process(std::span(events_).first(count), position, left_.data(), right_.data(), frames);
    frame_ += frames;
    for (std::uint32_t i = 0; i < frames; ++i) {
      if (!(std::abs(left_[i]) < 1000.0F && std::abs(right_[i]) < 1000.0F)) sane_.store(false);
    }
  }

  void turn_knobs() noexcept {
    if (random_.below(8) != 0) return;
    player_.set_pad(static_cast<int>(random_.below(kPads)), draw_settings(random_));
    if (random_.below(10) == 0) player_.select(static_cast<int>(random_.below(kPads)), 60);
    player_.set_quantise(random_.below(3) == 0);
    player_.set_gain(-static_cast<double>(random_.below(30)));
    player_.allow_audition(random_.below(4) != 0);
  }

  // Mostly runs on; now and then a locate, a stop, another tempo.
  Transport transport() noexcept {
    if (random_.below(200) == 0) frame_ = random_.below(10'000'000);
    if (random_.below(500) == 0) bpm_ = 60.0 + random_.below(120);
    if (random_.below(300) == 0) rolls_ = !rolls_;
    Transport transport;
    transport.rolls = rolls_;
    transport.frame = frame_;
    transport.bpm = bpm_;
    const double quarters = static_cast<double>(frame_) * bpm_ / 60.0 / kRate;
    transport.bar = static_cast<std::int64_t>(quarters / 4.0);
    transport.beat = quarters - 4.0 * static_cast<double>(transport.bar);
    return transport;
  }

  PlayerLink& link_;
  InstrumentPlayer player_{kRate};
  dgx::RandomStream random_{11, 0};
  std::array<MidiEvent, 4> events_{};
  std::array<float, kLargestBlock> left_{};
  std::array<float, kLargestBlock> right_{};
  std::int64_t frame_ = 0;
  double bpm_ = 120;
  bool rolls_ = true;
  std::atomic<bool> done_ = false;
  std::atomic<bool> sane_ = true;
};

PlayerCommand draw_command(dgx::RandomStream& random, const std::vector<Sample>& samples) {
  const auto pad = static_cast<int>(random.below(kPads + 1));  // The last is listened to.
  return {pad, &samples[random.below(static_cast<std::uint32_t>(samples.size()))]};
}

// Faster than any person, and the audio thread has a core for itself.
constexpr std::chrono::milliseconds kPace{1};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t blocks = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const bool misbehaves = argc > 2 && std::string(argv[2]) == "misbehave";
  std::vector<Sample> samples;
  for (const int rate : {32000, 44100, 48000, 96000}) {
    samples.emplace_back(noise(static_cast<std::uint64_t>(rate), 0.5, rate), TakeTiming{120, 4, 1});
  }
  PlayerLink link;
  for (int pad = 0; pad < kPads; ++pad) {
    if (!link.try_send({pad, &samples[static_cast<std::size_t>(pad) % samples.size()]})) return 2;
  }
  AudioThread audio(link);
  std::thread([&] { audio.play(blocks, misbehaves); }).detach();

  dgx::RandomStream random(3, 0);
  std::int64_t sent = 0;
  std::int64_t returned = 0;
  while (!audio.done()) {
    if (link.try_send(draw_command(random, samples))) ++sent;
    while (link.try_collect() != nullptr) ++returned;
    std::this_thread::sleep_for(kPace);
  }
  std::printf("%lld blocks, %lld commands, %lld samples handed back, %s\n",
              static_cast<long long>(blocks), static_cast<long long>(sent),
              static_cast<long long>(returned),
              __rtsan_realtime_enter != nullptr ? "with RealtimeSanitizer" : "by seccomp alone");
  std::fflush(stdout);
  ::_exit(audio.sound_is_sane() ? 0 : 1);
}
