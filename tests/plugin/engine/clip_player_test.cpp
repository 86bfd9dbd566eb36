// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/clip_player.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/plugin/engine/signals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::plugin;
using namespace dgx::test;

namespace {

constexpr int kFirstPad = kFirstPadNote;

MidiEvent note_on(int note, int velocity = 127, std::uint32_t frame = 0) {
  return {frame, {0x90, static_cast<std::uint8_t>(note), static_cast<std::uint8_t>(velocity)}};
}
MidiEvent note_off(int note, std::uint32_t frame = 0) {
  return {frame, {0x80, static_cast<std::uint8_t>(note), 0}};
}
MidiEvent controller(int number, int value, std::uint32_t frame = 0) {
  return {frame, {0xB0, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(value)}};
}
MidiEvent bend(int value, std::uint32_t frame = 0) {
  return {frame,
          {0xE0, static_cast<std::uint8_t>(value % 128), static_cast<std::uint8_t>(value / 128)}};
}

using Output = std::vector<float>;

/// A player with one take on its first pad, and all that it has played so far.
class Stage {
 public:
  explicit Stage(const dgx::AudioClip& clip, const PadSettings& settings = {}) : sample(clip) {
    REQUIRE(player.set_sample(0, &sample));
    player.set_pad(0, settings);
  }

  /// The left channel of the next `frames` frames.
  Output play(std::uint32_t frames, const std::vector<MidiEvent>& events = {}) {
    Output left(frames, 0.0F);
    right.assign(frames, 0.0F);
    player.process(events, left.data(), right.data(), frames);
    return left;
  }

  Sample sample;
  ClipPlayer player{kRate};
  Output right{};
};

bool is_silent(const Output& output) {
  return std::all_of(output.begin(), output.end(), [](float x) { return x == 0.0F; });
}

}  // namespace

TEST_CASE("At its own speed a take is played bit for bit, from its first sample", "[plugin]") {
  const auto clip = sine(440, 0.5);
  Stage stage(clip);
  const Output left = stage.play(20000, {note_on(kFirstPad, 127, 100)});
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(left[i] == 0.0F);
  for (std::size_t i = 0; i < 19900; ++i) {
    REQUIRE(left[100 + i] == clip.samples[2 * i]);
    REQUIRE(stage.right[100 + i] == clip.samples[2 * i + 1]);
  }
}

TEST_CASE("The size of the blocks changes nothing", "[plugin]") {
  const auto clip = sine(300, 1.0);
  const std::vector<MidiEvent> events = {note_on(kFirstPad, 100, 10), note_on(67, 80, 700),
                                         bend(12000, 3000),           note_on(kFirstPad, 90, 5000),
                                         note_off(67, 9000),          note_on(50, 127, 9001)};
  constexpr std::uint32_t kFrames = 30000;
  Stage whole(clip);
  const Output expected = whole.play(kFrames, events);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    dgx::RandomStream random(seed, 0);
    Stage stage(clip);
    Output left(kFrames, 0.0F);
    Output right(kFrames, 0.0F);
    for (std::uint32_t done = 0; done < kFrames;) {
      const std::uint32_t largest = random.below(2) == 0 ? 16 : 8192;
      const auto drawn = static_cast<std::uint32_t>(1 + random.below(largest));
      const std::uint32_t size = std::min(kFrames - done, drawn);
      std::vector<MidiEvent> here;
      for (MidiEvent event : events) {
        if (event.frame < done || event.frame >= done + size) continue;
        event.frame -= done;
        here.push_back(event);
      }
      stage.player.process(here, left.data() + done, right.data() + done, size);
      done += size;
    }
    CHECK(left == expected);
    CHECK(right == whole.right);
  }
}

TEST_CASE("A one-shot plays on when its key is let go, a gate does not", "[plugin]") {
  for (const PlayMode mode : {PlayMode::kOneShot, PlayMode::kGate, PlayMode::kLoop}) {
    PadSettings settings;
    settings.mode = mode;
    settings.release_seconds = 0.01;
    Stage stage(sine(440, 1.0), settings);
    stage.play(1000, {note_on(kFirstPad), note_off(kFirstPad, 500)});
    CHECK(is_silent(stage.play(1000)) == (mode != PlayMode::kOneShot));
  }
}

TEST_CASE("A take ends by itself, without a click", "[plugin]") {
  Stage stage(sine(100.3, 0.25));
  const Output left = stage.play(kRate / 2, {note_on(kFirstPad)});
  CHECK(is_silent({left.begin() + 12000, left.end()}));
  CHECK(decibels(click_of(left)) < -90);
  CHECK(stage.player.playhead(0) < 0);
}

TEST_CASE("A loop goes round exactly", "[plugin]") {
  PadSettings settings;
  settings.mode = PlayMode::kLoop;
  settings.region_start = 0.25;
  settings.region_end = 0.75;
  const auto clip = sine(200, 0.1);  // 4800 frames, of which 2400 loop: ten periods
  Stage stage(clip, settings);
  const Output left = stage.play(12000, {note_on(kFirstPad)});
  for (std::size_t i = 300; i < left.size(); ++i) {
    REQUIRE(left[i] == clip.samples[2 * (1200 + i % 2400)]);
  }
  Stage high(clip, settings);
  high.player.set_pad(0, settings);
  const Output fifth = high.play(24000, {note_on(67)});
  const double heard = 200 * std::exp2(7 / 12.0);
  CHECK(decibels(rest_without({fifth.data() + 4000, 19000}, heard) / 0.35) < -80);
}

TEST_CASE("Starting, letting go, choking, stealing, cutting and swapping do not click",
          "[plugin]") {
  const auto clip = sine(97.3, 4.0, kRate, 0.9);
  PadSettings gate;
  gate.mode = PlayMode::kGate;
  gate.choke_group = 1;
  gate.region_start = 0.01;  // In the middle of the waveform
  gate.release_seconds = 0.005;
  const Sample other(sine(61.7, 4.0));
  const auto click = [&](const std::vector<MidiEvent>& events, const auto& between) {
    Stage stage(clip, gate);
    REQUIRE(stage.player.set_sample(1, &other));
    stage.player.set_pad(1, gate);
    Output all = stage.play(9777, {note_on(kFirstPad)});
    between(stage);
    const Output rest = stage.play(12000, events);
    all.insert(all.end(), rest.begin(), rest.end());
    return decibels(click_of(all));
  };
  const auto nothing = [](Stage&) {};
  CHECK(click({}, nothing) < -90);
  CHECK(click({note_off(kFirstPad)}, nothing) < -90);
  CHECK(click({note_on(kFirstPad)}, nothing) < -90);
  CHECK(click({note_on(kFirstPad + 1)}, nothing) < -90);
  CHECK(click({controller(120, 0)}, nothing) < -90);
  CHECK(click({bend(0), bend(16383, 2000)}, nothing) < -90);
  CHECK(click({}, [&](Stage& stage) { REQUIRE(stage.player.set_sample(0, &other)); }) < -90);
  CHECK(click({}, [&](Stage& stage) { REQUIRE(stage.player.set_sample(0, nullptr)); }) < -90);
  CHECK(click({}, [&](Stage& stage) {
          PadSettings louder = gate;
          louder.gain_db = 1;
          louder.pan = -0.5;
          stage.player.set_pad(0, louder);
        }) < -90);
  std::vector<MidiEvent> many;
  for (int i = 0; i < 40; ++i)
    many.push_back(note_on(48 + i, 20, static_cast<std::uint32_t>(300 * i)));
  CHECK(click(many, nothing) < -90);
}

TEST_CASE("Seventeen notes sound as sixteen: the oldest makes room", "[plugin]") {
  Stage stage(sine(440, 4.0));
  std::vector<MidiEvent> events;
  for (int i = 0; i < 17; ++i)
    events.push_back(note_on(60 + i, 127, static_cast<std::uint32_t>(i)));
  stage.play(1000, events);
  stage.play(1000);
  // Of the first note nothing is left; of the others each still sounds.
  const Output left = stage.play(kRate);
  CHECK(amplitude_of(left, 440) < 0.01);
  for (int i = 1; i < 17; ++i) CHECK(amplitude_of(left, 440 * std::exp2(i / 12.0)) > 0.4);
}

TEST_CASE("Far more notes than slots in one block neither fail nor stop", "[plugin]") {
  Stage stage(sine(440, 1.0));
  std::vector<MidiEvent> events;
  for (int i = 0; i < 1000; ++i) events.push_back(note_on(48 + i % 49, 127));
  const Output left = stage.play(4096, events);
  CHECK(std::all_of(left.begin(), left.end(), [](float x) { return std::isfinite(x); }));
  CHECK_FALSE(is_silent(left));
}

TEST_CASE("A choke group sounds one pad at a time; other pads go on", "[plugin]") {
  Stage stage(sine(440, 2.0));
  const Sample second(sine(660, 2.0));
  const Sample third(sine(880, 2.0));
  REQUIRE(stage.player.set_sample(1, &second));
  REQUIRE(stage.player.set_sample(2, &third));
  PadSettings grouped;
  grouped.choke_group = 3;
  stage.player.set_pad(0, grouped);
  stage.player.set_pad(1, grouped);
  stage.play(4800, {note_on(kFirstPad), note_on(kFirstPad + 2), note_on(kFirstPad + 1, 127, 2400)});
  const Output left = stage.play(24000);
  CHECK(amplitude_of(left, 440) < 1e-6);
  CHECK(amplitude_of(left, 660) == Approx(0.5).margin(0.001));
  CHECK(amplitude_of(left, 880) == Approx(0.5).margin(0.001));
}

TEST_CASE("The pedal holds keys that are let go, until it is let go itself", "[plugin]") {
  Stage stage(sine(440, 2.0));
  stage.play(1000, {controller(64, 127), note_on(60), note_off(60, 500)});
  CHECK_FALSE(is_silent(stage.play(4800)));
  stage.play(4800, {controller(64, 0)});
  CHECK(is_silent(stage.play(100)));
}

TEST_CASE("All notes off releases, all sound off is silent in 5 ms", "[plugin]") {
  PadSettings settings;
  settings.release_seconds = 0.5;
  Stage stage(sine(440, 4.0), settings);
  stage.play(1000, {note_on(kFirstPad), note_on(60)});
  stage.play(4800, {controller(123, 0)});
  CHECK_FALSE(is_silent(stage.play(100)));
  stage.play(kRate / 2);
  CHECK(is_silent(stage.play(100)));
  stage.play(1000, {note_on(kFirstPad)});
  stage.play(242, {controller(120, 0)});
  CHECK(is_silent(stage.play(100)));
}

TEST_CASE("The wheel bends by two semitones", "[plugin]") {
  Stage stage(sine(440, 4.0));
  stage.play(100, {note_on(60)});
  CHECK(amplitude_of(stage.play(24000, {bend(16383)}), 440 * std::exp2(2 / 12.0)) > 0.49);
  CHECK(amplitude_of(stage.play(24000, {bend(0)}), 440 * std::exp2(-2 / 12.0)) > 0.49);
  CHECK(amplitude_of(stage.play(24000, {bend(8192)}), 440) > 0.499);
}

TEST_CASE("Velocity, gain and pan set the level of each side", "[plugin]") {
  PadSettings settings;
  settings.gain_db = -6.0206;
  settings.pan = 0.5;
  Stage stage(sine(440, 1.0), settings);
  const Output left = stage.play(24000, {note_on(kFirstPad, 127)});
  CHECK(amplitude_of(left, 440) == Approx(0.125).epsilon(1e-3));
  CHECK(amplitude_of(stage.right, 440) == Approx(0.25).epsilon(1e-3));
  stage.player.reset();
  CHECK(is_silent(stage.play(100)));
  CHECK(amplitude_of(stage.play(24000, {note_on(kFirstPad, 64)}), 440) ==
        Approx(0.125 * 64 * 64 / 127 / 127).epsilon(1e-3));
}

TEST_CASE("Notes outside the zones, empty pads and other messages do nothing", "[plugin]") {
  Stage stage(sine(440, 1.0));
  std::vector<MidiEvent> events = {
      note_on(0),        note_on(35),        note_on(97),       note_on(127), note_on(37),
      {0, {0xC0, 5, 0}}, {0, {0xD0, 90, 0}}, {0, {0xF8, 0, 0}}, note_off(36), controller(1, 127)};
  CHECK(is_silent(stage.play(4800, events)));
}

TEST_CASE("A replaced sample comes back once nothing reads it, and exactly once", "[plugin]") {
  Stage stage(sine(440, 1.0));
  const Sample other(sine(880, 1.0));
  stage.play(100, {note_on(kFirstPad)});
  REQUIRE(stage.player.set_sample(0, &other));
  CHECK(stage.player.take_retired() == nullptr);  // It fades.
  stage.play(1000);
  CHECK(stage.player.take_retired() == &stage.sample);
  CHECK(stage.player.take_retired() == nullptr);
  REQUIRE(stage.player.set_sample(0, nullptr));
  CHECK(stage.player.take_retired() == &other);
}

TEST_CASE("More swaps than can be remembered are refused until some came back", "[plugin]") {
  const Sample a(sine(440, 1.0));
  const Sample b(sine(550, 1.0));
  ClipPlayer player(kRate);
  int swaps = 0;
  while (swaps < 1000 && player.set_sample(0, swaps % 2 == 0 ? &a : &b)) ++swaps;
  REQUIRE(swaps < 1000);
  int back = 0;
  while (player.take_retired() != nullptr) ++back;
  CHECK(back == swaps - 1);
  CHECK(player.set_sample(0, swaps % 2 == 0 ? &a : &b));
}

TEST_CASE("A key counts as sounding as long as its voice is heard", "[plugin]") {
  PadSettings settings;
  settings.mode = PlayMode::kGate;
  settings.release_seconds = 0.02;  // 960 frames
  Stage stage(sine(440, 1.0), settings);
  CHECK(stage.player.sounding_keys() == KeySet());
  stage.play(100, {note_on(kFirstPad), note_on(kFirstPad + 1), note_on(60), note_on(96, 90, 50)});
  const KeySet keys = stage.player.sounding_keys();
  CHECK(keys.has(kFirstPad));
  CHECK_FALSE(keys.has(kFirstPad + 1));  // An empty pad
  CHECK(keys.has(60));
  CHECK(keys.has(96));
  CHECK_FALSE(keys.has(97));
  CHECK_FALSE(keys.has(35));

  stage.play(100, {controller(64, 127), note_off(60, 10), note_off(96, 10)});
  CHECK(stage.player.sounding_keys() == keys);  // The pedal holds them.
  stage.play(100, {controller(64, 0)});
  CHECK(stage.player.sounding_keys() == keys);  // They ring out.
  stage.play(1000);
  CHECK(stage.player.sounding_keys().has(kFirstPad));
  CHECK_FALSE(stage.player.sounding_keys().has(60));
  stage.play(1, {controller(120, 0)});
  CHECK(stage.player.sounding_keys() == KeySet());  // All sound off
}

TEST_CASE("After a reset the same notes give the same samples", "[plugin]") {
  Stage stage(sine(440, 1.0));
  const std::vector<MidiEvent> events = {note_on(kFirstPad), note_on(63, 90, 100), bend(9000, 200)};
  const Output first = stage.play(4800, events);
  stage.play(777, {controller(64, 127), note_on(70)});
  stage.player.reset();
  CHECK(stage.play(4800, events) == first);
}
