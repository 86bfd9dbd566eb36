// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/transport_player.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/plugin/engine/signals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::plugin;
using namespace dgx::test;

namespace {

using Output = std::vector<float>;

/// A host at a constant tempo and meter, whose beat is rounded as Ardour's is.
struct Host {
  double bpm = 120;
  double beats_per_bar = 4;
  int beat_unit = 4;

  [[nodiscard]] double frames_per_bar() const {
    return beats_per_bar * 4 / beat_unit * 60 / bpm * kRate;
  }
  [[nodiscard]] Transport at(std::int64_t frame) const {
    Transport transport;
    transport.rolls = true;
    transport.frame = frame;
    const double bars = static_cast<double>(frame) / frames_per_bar();
    transport.bar = static_cast<std::int64_t>(std::floor(bars));
    const double beat = (bars - std::floor(bars)) * beats_per_bar;
    transport.beat = std::floor(beat * 1920) / 1920;
    transport.bpm = bpm;
    transport.beats_per_bar = beats_per_bar;
    transport.beat_unit = beat_unit;
    return transport;
  }
};

/// Every sample tells its own frame, and none of them is loud.
dgx::AudioClip ramp(std::int64_t frames, int rate = kRate) {
  dgx::AudioClip clip{rate, 2, {}};
  for (std::int64_t i = 0; i < frames; ++i) {
    const float value = static_cast<float>(i + 1) / static_cast<float>(frames + 1);
    clip.samples.push_back(value);
    clip.samples.push_back(-value);
  }
  return clip;
}

std::int64_t frames_of_bars(double bars, const Host& host) {
  return std::llround(bars * host.frames_per_bar());
}

class Stage {
 public:
  Stage(const dgx::AudioClip& clip, const TakeTiming& timing, std::int64_t anchor = 0,
        TempoMatch match = TempoMatch::kVarispeed)
      : sample(clip), player(kRate, tables, anchor) {
    player.set_take(&sample, timing, match);
  }

  /// Plays `frames` frames from `frame` on, in blocks of random sizes up to `largest`.
  Output roll(const Host& host, std::int64_t frame, std::int64_t frames, std::uint32_t largest) {
    Output left(static_cast<std::size_t>(frames), 0.0F);
    Output right(left.size(), 0.0F);
    for (std::int64_t done = 0; done < frames;) {
      const auto size = std::min<std::int64_t>(1 + random.below(largest), frames - done);
      player.process(host.at(frame + done), left.data() + done, right.data() + done,
                     static_cast<std::uint32_t>(size));
      done += size;
    }
    return left;
  }
  Output stopped(std::int64_t frames) {
    Output left(static_cast<std::size_t>(frames), 0.0F);
    Output right(left.size(), 0.0F);
    player.process({}, left.data(), right.data(), static_cast<std::uint32_t>(frames));
    return left;
  }

  SincTables tables{};
  Sample sample;
  TransportPlayer player;
  dgx::RandomStream random{7, 0};
};

}  // namespace

TEST_CASE("At the take's own tempo each repetition is the take, to the sample", "[plugin]") {
  for (const Host host : {Host{120, 4, 4}, Host{84, 4, 4}, Host{93.7, 3, 4}, Host{133, 6, 8},
                          Host{61.3, 7, 8}, Host{174, 4, 4}}) {
    const TakeTiming timing{host.bpm, host.beats_per_bar * 4 / host.beat_unit, 2};
    const std::int64_t length = frames_of_bars(2, host);
    const auto clip = ramp(length);
    for (const std::uint32_t largest : {1U, 64U, 8192U}) {
      CAPTURE(host.bpm, host.beats_per_bar, largest);
      if (largest == 1U && host.bpm != 120) continue;
      Stage stage(clip, timing);
      const Output left = stage.roll(host, 0, largest == 1U ? length + 100 : 12 * length, largest);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < static_cast<std::int64_t>(left.size()); ++i) {
        auto repetition = static_cast<std::int64_t>(
            std::floor(static_cast<double>(i) / (2 * host.frames_per_bar())));
        if (frames_of_bars(2.0 * static_cast<double>(repetition + 1), host) <= i) ++repetition;
        if (frames_of_bars(2.0 * static_cast<double>(repetition), host) > i) --repetition;
        const auto place = static_cast<std::size_t>(
            i - frames_of_bars(2.0 * static_cast<double>(repetition), host));
        const float expected =
            place < clip.frame_count() ? clip.samples[2 * place] : 0.0F;  // One frame of rounding.
        if (left[static_cast<std::size_t>(i)] != expected) ++wrong;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("Nothing sounds before the anchor, and its bar line is exact", "[plugin]") {
  const Host host{100, 4, 4};
  Stage stage(ramp(frames_of_bars(1, host)), {100, 4, 1}, 3);
  const std::int64_t anchor = frames_of_bars(3, host);
  const Output left = stage.roll(host, 0, anchor + 100, 1000);
  CHECK(std::all_of(left.begin(), left.begin() + anchor, [](float x) { return x == 0.0F; }));
  CHECK(left[static_cast<std::size_t>(anchor)] != 0.0F);
}

TEST_CASE("After a locate the take goes on where it belongs", "[plugin]") {
  const Host host{120, 4, 4};
  const auto clip = sine(50, 4);
  const TakeTiming timing{120, 4, 2};
  Stage straight(clip, timing);
  const Output expected = straight.roll(host, 0, 10 * kRate, 512);
  Stage stage(clip, timing);
  stage.roll(host, 0, 30011, 512);
  const Output located = stage.roll(host, 200003, 20000, 512);
  for (std::size_t i = 240; i < located.size(); ++i) REQUIRE(located[i] == expected[200003 + i]);
}

TEST_CASE("Jumps, loops and stops do not click", "[plugin]") {
  const Host host{120, 4, 4};
  Stage stage(sine(97.3, 4, kRate, 0.9), {120, 4, 2});
  Output all;
  const auto add = [&all](const Output& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(stage.roll(host, 4000, 20000, 512));  // Into the middle
  for (int round = 0; round < 6; ++round) add(stage.roll(host, 31234, 7000, 512));  // A loop
  add(stage.roll(host, 1000, 5000, 64));
  add(stage.stopped(6000));
  CHECK(decibels(click_of(all)) < -90);
  const Output rest = stage.stopped(100);
  CHECK(std::all_of(rest.begin(), rest.end(), [](float x) { return x == 0.0F; }));
}

TEST_CASE("A tempo within six percent is followed by speed", "[plugin]") {
  const Host host{125, 4, 4};
  Stage stage(sine(440, 4), {120, 4, 2});
  const Output left = stage.roll(host, 0, 5 * kRate, 512);
  const double heard = 440 * 125.0 / 120;
  const std::span<const float> middle{left.data() + 10000, 80000};
  CHECK(amplitude_of(middle, heard) > 0.499);
  // Two bars of the host are one repetition: what follows is what came first.
  const auto length = static_cast<std::size_t>(frames_of_bars(2, host));
  for (std::size_t i = 300; i < 20000; ++i) REQUIRE(left[length + i] == left[i]);
}

TEST_CASE("Another tempo restarts the take on each bar, at its own speed", "[plugin]") {
  const Host host{90, 4, 4};
  const TakeTiming timing{120, 4, 2};
  const auto clip = sine(440, 4);
  for (const TempoMatch match : {TempoMatch::kVarispeed, TempoMatch::kOwnSpeed}) {
    Stage stage(clip, timing, 0, match);
    const Output left = stage.roll(host, 0, 4 * frames_of_bars(1, host), 512);
    for (std::int64_t bar = 0; bar < 4; ++bar) {
      const std::int64_t begin = frames_of_bars(static_cast<double>(bar), host);
      for (std::int64_t i = 300; i < 90000; i += 997) {
        const auto place = static_cast<std::size_t>((bar % 2) * 96000 + i);
        REQUIRE(left[static_cast<std::size_t>(begin + i)] == clip.samples[2 * place]);
      }
    }
  }
  Stage near(clip, timing, 0, TempoMatch::kOwnSpeed);
  const Output left = near.roll({118, 4, 4}, 0, 90000, 512);
  CHECK(amplitude_of({left.data() + 1000, 80000}, 440) > 0.499);
}

TEST_CASE("Through a tempo ramp the take stays within a hundredth of a beat", "[plugin]") {
  // From 120 to 126 over eight seconds, told to the player once in 64 frames.
  Stage stage(ramp(96000 * 8), {120, 4, 16});
  double quarters = 0;
  double worst = 0;
  for (std::int64_t frame = 0; frame < 8 * kRate; frame += 64) {
    const double bpm = 120 + 6.0 * static_cast<double>(frame) / (8 * kRate);
    Transport transport;
    transport.rolls = true;
    transport.frame = frame;
    transport.bar = static_cast<std::int64_t>(quarters / 4);
    transport.beat = quarters - 4.0 * static_cast<double>(transport.bar);
    transport.bpm = bpm;
    Output left(64, 0.0F);
    Output right(64, 0.0F);
    stage.player.process(transport, left.data(), right.data(), 64);
    // The ramp tells where in the take each sample comes from.
    const double heard = left[0] * (96000.0 * 8 + 1) - 1;
    const double expected = quarters * 24000;
    if (frame > 1000) worst = std::max(worst, std::abs(heard - expected) / 24000);
    quarters += 64.0 / kRate * bpm / 60;
  }
  CHECK(worst < 0.01);
}

TEST_CASE("Two runs after a reset are bit-equal, whatever came before", "[plugin]") {
  const Host host{120, 4, 4};
  Stage stage(sine(300, 4), {120, 4, 2});
  const Output first = stage.roll(host, 5000, 40000, 64);
  stage.roll(host, 99, 1234, 512);
  stage.player.reset();
  CHECK(stage.roll(host, 5000, 40000, 4096) == first);
}

TEST_CASE("A take that is replaced is free once it has faded", "[plugin]") {
  const Host host{120, 4, 4};
  Stage stage(sine(300, 4), {120, 4, 2});
  const Sample other(sine(200, 4));
  stage.roll(host, 1000, 1000, 64);
  stage.player.set_take(&other, {120, 4, 2});
  CHECK(stage.player.reads(&stage.sample));
  stage.roll(host, 2000, 300, 64);
  CHECK_FALSE(stage.player.reads(&stage.sample));
  CHECK(stage.player.reads(&other));
}
