// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;

namespace {

struct Meter {
  double bpm = 120.0;
  int numerator = 4;
  int denominator = 4;

  [[nodiscard]] double quarters_per_bar() const { return 4.0 * numerator / denominator; }
  [[nodiscard]] double frames_per_bar(double rate = 48000.0) const {
    return quarters_per_bar() * 60.0 / bpm * rate;
  }
  /// What a host says at a frame, with Ardour's rounding of the beat.
  [[nodiscard]] HostPosition at(std::int64_t frame, double rate = 48000.0) const {
    HostPosition position;
    const double bars = static_cast<double>(frame) / frames_per_bar(rate);
    position.frame = frame;
    position.bar = static_cast<std::int64_t>(std::floor(bars));
    position.bar_beat = std::round((bars - std::floor(bars)) * numerator * 1920.0) / 1920.0;
    position.bpm = bpm;
    position.beats_per_bar = numerator;
    position.beat_unit = denominator;
    return position;
  }
};

/// A take of one bar whose first sample is found again.
std::filesystem::path bar_take(const TempDir& folder, const Meter& meter) {
  dgx::AudioClip clip =
      noise_take(7, static_cast<std::size_t>(std::lround(meter.frames_per_bar())));
  return write_take(folder / "bar.wav", clip,
                    in_tempo(meter.bpm, static_cast<int>(meter.quarters_per_bar()), meter.numerator,
                             meter.denominator));
}

/// Frames of `sound` at which the take begins.
std::vector<std::int64_t> beginnings(const std::vector<float>& sound) {
  const auto take = noise_take(7, 4).samples;
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i + 3 < sound.size(); ++i) {
    if (sound[i] == take[0] && sound[i + 1] == take[2] && sound[i + 2] == take[4]) {
      found.push_back(static_cast<std::int64_t>(i));
    }
  }
  return found;
}

void append(std::vector<float>& sound, const Lv2Host& host, std::uint32_t frames) {
  sound.insert(sound.end(), host.left.begin(), host.left.begin() + frames);
}

}  // namespace

TEST_CASE("The first sample of each bar is on the frame of its bar line", "[host]") {
  const Meter meter = GENERATE(Meter{120, 4, 4}, Meter{97.3, 4, 4}, Meter{174.5, 3, 4},
                               Meter{90, 6, 8}, Meter{133.7, 6, 8}, Meter{61, 4, 2});
  const bool tells_each_block = GENERATE(false, true);
  CAPTURE(meter.bpm, meter.numerator, meter.denominator, tells_each_block);
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, bar_take(folder, meter)));
  host.control("follow") = 1;
  std::vector<float> sound;
  dgx::RandomStream random(3, 0);
  host.position(0, meter.at(0));
  while (static_cast<double>(sound.size()) < 12.5 * meter.frames_per_bar()) {
    const std::uint32_t frames = 1 + random.below(2000);
    if (tells_each_block) host.position(0, meter.at(static_cast<std::int64_t>(sound.size())));
    host.run(frames);
    append(sound, host, frames);
  }
  const auto found = beginnings(sound);
  REQUIRE(found.size() == 13);
  for (std::size_t bar = 0; bar < found.size(); ++bar) {
    CHECK(found[bar] == std::llround(static_cast<double>(bar) * meter.frames_per_bar()));
  }
}

TEST_CASE("The take begins at its anchor, and is silent where the transport does not roll",
          "[host]") {
  const Meter meter;
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, bar_take(folder, meter)));
  host.control("follow") = 1;
  host.control("follow_from") = 3;
  std::vector<float> sound;
  host.position(0, meter.at(0));
  for (int block = 0; block < 60; ++block) {
    host.run(8000);
    append(sound, host, 8000);
  }
  CHECK(beginnings(sound).front() == 192000);
  const double speed = GENERATE(0.0, 0.5, 2.0, -1.0);
  CAPTURE(speed);
  HostPosition still = meter.at(480000);
  still.speed = speed;
  host.position(0, still);
  host.run(8000);
  CHECK(host.left[7999] == 0.0F);
}

TEST_CASE("After locates and loops the take goes on where it belongs", "[host]") {
  const Meter meter;
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, bar_take(folder, meter)));
  const auto take = noise_take(7, 96000).samples;
  host.control("follow") = 1;
  dgx::RandomStream random(5, 0);
  std::int64_t frame = 0;
  for (int jump = 0; jump < 50; ++jump) {
    const std::uint32_t offset = random.below(1024);
    frame = random.below(2'000'000);
    host.position(offset, meter.at(frame));
    host.run(1024);
    host.run(1024);
    frame += 2048 - offset;
    host.run(1024);
    // 5 ms of crossfade are over.
    for (std::uint32_t i = 0; i < 1024; i += 100) {
      const auto place = static_cast<std::size_t>((frame + i) % 96000);
      if (frame + i >= 0 && place > 300) CHECK(host.left[i] == take[2 * place]);
    }
    frame += 1024;
  }
}

TEST_CASE("In a tempo ramp the take stays within a hundredth of a beat", "[host]") {
  const TempDir folder;
  Lv2Host host;
  // Four bars at 120; its samples say where it is.
  constexpr std::size_t kFrames = 384000;
  dgx::AudioClip clip{48000, 2, {}};
  for (std::size_t i = 0; i < kFrames; ++i) {
    const auto place = static_cast<float>(static_cast<double>(i) / kFrames);
    clip.samples.insert(clip.samples.end(), {place, place});
  }
  REQUIRE(host.load(1, write_take(folder / "take.wav", clip, in_tempo(120, 16))));
  host.control("follow") = 1;
  double quarters = 0.0;
  double told = -1.0;
  std::int64_t frame = 0;
  double worst = 0.0;
  while (quarters < 15.5) {
    // From 118 to 122 over 16 beats; the host tells at each hundredth of a beat.
    const double bpm = 118.0 + 4.0 * quarters / 16.0;
    if (quarters - told >= 0.01) {
      HostPosition position;
      position.frame = frame;
      position.bar = static_cast<std::int64_t>(quarters / 4.0);
      position.bar_beat = quarters - 4.0 * static_cast<double>(position.bar);
      position.bpm = bpm;
      host.position(0, position);
      told = quarters;
    }
    host.run(64);
    if (quarters > 0.1) {
      const double heard = 16.0 * static_cast<double>(host.left[0]);
      worst = std::max(worst, std::abs(heard - quarters));
    }
    frame += 64;
    quarters += 64.0 * bpm / 60.0 / 48000.0;
  }
  CHECK(worst < 0.01);
}

TEST_CASE("With quantise a pad waits for the bar, exactly", "[host]") {
  const Meter meter{100, 6, 8};
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(7, 10000))));
  host.control("quantise") = 1;
  std::vector<float> sound;
  host.position(0, meter.at(0));
  for (int block = 0; block < 800; ++block) {
    if (block == 100) host.midi(13, 0x90, 36, 127);
    if (block == 400) host.midi(13, 0x90, 36, 127);
    host.run(333);
    append(sound, host, 333);
  }
  const auto found = beginnings(sound);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == std::llround(meter.frames_per_bar()));
  CHECK(found[1] == std::llround(2 * meter.frames_per_bar()));
}

TEST_CASE("With quantise and a still transport a pad sounds at once", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(7, 10000))));
  host.control("quantise") = 1;
  host.midi(13, 0x90, 36, 127);
  host.run(64);
  CHECK(host.left[13] == noise_take(7, 1).samples[0]);
}

TEST_CASE("Two exports are equal to the last bit, and equal to what was heard", "[host]") {
  const Meter meter;
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, bar_take(folder, meter)));
  REQUIRE(host.load(2, write_take(folder / "hit.wav", noise_take(9, 60000, 44100))));
  host.control("follow") = 1;
  host.control("pad2_tune") = 3;
  const auto play = [&](bool exports, std::uint32_t block) {
    host.control("freewheel") = exports ? 1.0F : 0.0F;
    HostPosition still = meter.at(0);
    still.speed = 0;
    host.position(0, still);
    host.run(4096);
    std::vector<float> sound;
    for (std::uint32_t done = 0; done < 400'000; done += block) {
      const auto at = [&](std::uint32_t frame) { return frame >= done && frame < done + block; };
      if (done == 0) host.position(0, meter.at(0));
      if (at(30'000)) host.midi(30'000 - done, 0xE0, 0, 0x50);
      if (at(50'000)) host.midi(50'000 - done, 0x90, 37, 90);
      if (at(90'000)) host.midi(90'000 - done, 0x90, 71, 110);
      if (at(150'000)) host.midi(150'000 - done, 0x80, 71, 0);
      host.run(block);
      append(sound, host, block);
    }
    sound.resize(400'000);
    return sound;
  };
  // What was played before must not be heard in any of them.
  host.midi(0, 0x90, 60, 127);
  host.midi(0, 0xB0, 64, 127);
  host.run(1000);
  host.midi(0, 0xB0, 120, 0);
  host.run(1000);
  const auto first_export = play(true, 8192);
  const auto second_export = play(true, 1024);
  const auto live = play(false, 256);
  CHECK(*std::max_element(live.begin(), live.end()) > 0.3F);
  CHECK(first_export == second_export);
  CHECK(first_export == live);
}
