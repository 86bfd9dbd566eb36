// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/plugin/engine/signals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;

namespace {

constexpr std::uint8_t kOn = 0x90;
constexpr std::uint8_t kOff = 0x80;

void silence(Lv2Host& host) {
  host.midi(0, 0xB0, 120, 0);
  host.run(1024);
}

/// What sounds from a note on, in blocks of one size; the note is `lead` frames into the first.
std::vector<float> strike(Lv2Host& host, std::uint8_t note, std::size_t frames,
                          std::uint32_t block = 256, std::uint32_t lead = 0) {
  std::vector<float> sound;
  host.midi(lead, kOn, note, 127);
  while (sound.size() < frames) {
    host.run(block);
    sound.insert(sound.end(), host.left.begin(), host.left.begin() + block);
  }
  sound.resize(frames);
  return sound;
}

float peak(const std::vector<float>& sound) {
  float largest = 0.0F;
  for (const float sample : sound) largest = std::max(largest, std::abs(sample));
  return largest;
}

}  // namespace

TEST_CASE("A pad plays its take sample by sample, whatever the size of the blocks", "[host]") {
  const TempDir folder;
  const dgx::AudioClip clip = noise_take(1, 20000);
  const auto file = write_take(folder / "take.wav", clip);
  const std::uint32_t block = GENERATE(1U, 7U, 64U, 333U, 1024U, 8192U);
  CAPTURE(block);
  Lv2Host host;
  REQUIRE(host.load(3, file));
  const std::uint32_t lead = block / 2;
  const auto sound = strike(host, 38, 9000, block, lead);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const float expected = i < lead ? 0.0F : clip.samples[2 * (i - lead)];
    if (sound[i] != expected) FAIL("frame " << i << ": " << sound[i] << " for " << expected);
  }
}

TEST_CASE("Notes play the pad of theirs and the selected pad, and no other", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "one.wav", noise_take(1, 48000))));
  REQUIRE(host.load(12, write_take(folder / "twelve.wav", noise_take(2, 48000))));
  const float one = noise_take(1, 1).samples[0];
  const float twelve = noise_take(2, 1).samples[0];
  CHECK(strike(host, 36, 64)[0] == one);
  silence(host);
  CHECK(strike(host, 47, 64)[0] == twelve);
  silence(host);
  CHECK(strike(host, 60, 64)[0] == one);  // The root of the selected pad
  host.control("pad") = 12;
  host.control("root") = 72;
  silence(host);
  CHECK(strike(host, 72, 64)[0] == twelve);
  silence(host);
  for (const std::uint8_t note : std::array<std::uint8_t, 5>{0, 35, 37, 97, 127}) {
    CHECK(peak(strike(host, note, 512)) == 0.0F);
  }
}

TEST_CASE("Each control of a pad does what it says", "[host]") {
  const TempDir folder;
  Lv2Host host;
  const dgx::AudioClip clip{48000, 2, std::vector<float>(std::size_t{2} * 48000, 0.5F)};
  REQUIRE(host.load(1, write_take(folder / "take.wav", clip)));
  const auto level_at = [&](std::size_t frame) {
    silence(host);
    return strike(host, 36, frame + 1, 64)[frame];
  };
  CHECK(level_at(100) == 0.5F);
  SECTION("gain") {
    host.control("pad1_gain") = -20;
    CHECK(level_at(100) == Approx(0.05));
  }
  SECTION("gain of all") {
    host.control("gain") = -20;
    host.run(4096);
    CHECK(level_at(100) == Approx(0.05));
  }
  SECTION("pan") {
    host.control("pad1_pan") = 1;
    CHECK(level_at(100) == 0.0F);
    CHECK(host.right[36] == 0.5F);
  }
  SECTION("attack") {
    host.control("pad1_attack") = 1;
    CHECK(level_at(24000) == Approx(0.25).margin(0.01));
  }
  SECTION("release, after the key of a gate") {
    host.control("pad1_mode") = 1;
    host.control("pad1_release") = 0.1F;
    CHECK(level_at(100) == 0.5F);
    host.midi(0, kOff, 36, 0);
    host.run(2400);
    CHECK(host.left[2399] == Approx(0.25).margin(0.01));
    host.run(4800);
    CHECK(host.left[4799] == 0.0F);
  }
  SECTION("start and end") {
    host.control("pad1_start") = 0.5F;
    host.control("pad1_end") = 0.75F;
    const auto sound = strike(host, 36, 14000, 64);
    CHECK(sound[6000] == 0.5F);
    CHECK(sound[12010] == 0.0F);
  }
  SECTION("an end before the start leaves next to nothing, and nothing breaks") {
    host.control("pad1_start") = 0.9F;
    host.control("pad1_end") = 0.1F;
    CHECK(level_at(2000) == 0.0F);
  }
  SECTION("loop") {
    host.control("pad1_mode") = 2;
    CHECK(level_at(100'000) == 0.5F);
  }
  SECTION("choke") {
    REQUIRE(host.load(2, write_take(folder / "quiet.wav", noise_take(1, 10))));
    host.control("pad1_choke") = 3;
    host.control("pad2_choke") = 3;
    CHECK(level_at(100) == 0.5F);
    host.midi(0, kOn, 37, 127);
    host.run(1024);
    CHECK(host.left[1000] == 0.0F);
  }
}

TEST_CASE("Tune and wheel change the pitch by speed", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", sine(1000, 4.0))));
  const auto pitch_is = [&](double frequency) {
    silence(host);
    const auto sound = strike(host, 36, 48000, 256);
    const std::span<const float> steady = std::span(sound).subspan(4800, 19200);
    return amplitude_of(steady, frequency);
  };
  CHECK(pitch_is(1000) == Approx(0.5).margin(0.01));
  host.control("pad1_tune") = 12;
  CHECK(pitch_is(2000) == Approx(0.5).margin(0.01));
  host.control("pad1_tune") = 0;
  host.midi(0, 0xE0, 0x7F, 0x7F);
  CHECK(pitch_is(1000 * std::exp2(2.0 / 12.0)) == Approx(0.5).margin(0.02));
}

TEST_CASE("A take sounds at its own pitch at every sample rate of a host", "[host]") {
  const TempDir folder;
  const double rate = GENERATE(8000.0, 44100.0, 48000.0, 96000.0, 192000.0);
  CAPTURE(rate);
  Lv2Host host({.rate = rate});
  REQUIRE(host.load(1, write_take(folder / "take.wav", sine(1000, 2.0))));
  const auto sound = strike(host, 36, static_cast<std::size_t>(rate), 512);
  const auto steady = std::span(sound).subspan(static_cast<std::size_t>(rate) / 10);
  CHECK(amplitude_of(steady, 1000 * kRate / rate) == Approx(0.5).margin(0.01));
}

TEST_CASE("A take that replaces another while it sounds makes no click", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "one.wav", sine(440, 4.0))));
  host.control("pad1_attack") = 0.02F;
  std::vector<float> sound = strike(host, 36, 4096, 128);
  host.set_path("pad1", write_take(folder / "two.wav", sine(330, 4.0)).string());
  for (int block = 0; block < 400; ++block) {
    host.run(128);
    sound.insert(sound.end(), host.left.begin(), host.left.begin() + 128);
    if (block == 200) host.midi(5, kOn, 36, 127);
    if (block == 300) host.midi(5, kOn, 36, 127);  // Of itself
  }
  CHECK(peak(sound) > 0.4F);
  CHECK(decibels(click_of(sound)) < -90.0);
}

TEST_CASE("Sixteen voices sound; more steal without a click", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", sine(300, 8.0, kRate, 0.05))));
  host.control("pad1_attack") = 0.05F;
  std::vector<float> sound;
  for (std::uint8_t note = 48; note < 80; ++note) {
    host.midi(3, kOn, note, 127);
    host.run(1000);
    sound.insert(sound.end(), host.left.begin(), host.left.begin() + 1000);
  }
  CHECK(peak(sound) > 0.1F);
  CHECK(decibels(click_of(sound)) < -90.0);
}
