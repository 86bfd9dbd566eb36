// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/audition.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "plugin/engine/instrument_player.hpp"
#include "tests/plugin/engine/signals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::plugin;
using namespace dgx::test;

namespace {

using Output = std::vector<float>;

/// The left channel of the next `frames` frames, in blocks of an odd size.
Output play(InstrumentPlayer& player, std::uint32_t frames,
            const std::vector<MidiEvent>& events = {}) {
  constexpr std::uint32_t kBlock = 113;
  Output left(frames, 0.0F);
  Output right(frames, 0.0F);
  std::span<const MidiEvent> now = events;
  for (std::uint32_t at = 0; at < frames; at += kBlock) {
    player.process(now, {}, left.data() + at, right.data() + at, std::min(kBlock, frames - at));
    now = {};
  }
  return left;
}

Output left_of(const dgx::AudioClip& clip) {
  Output left;
  for (std::size_t i = 0; i < clip.samples.size(); i += 2) left.push_back(clip.samples[i]);
  return left;
}

bool is_silent(const Output& output) {
  return std::all_of(output.begin(), output.end(), [](float x) { return x == 0.0F; });
}

}  // namespace

TEST_CASE("A take is listened to bit for bit, once, whatever the instrument's gain", "[plugin]") {
  const auto clip = sine(97.3, 0.5);
  const Sample take(clip);
  InstrumentPlayer player(kRate);
  player.set_gain(-12);
  CHECK(player.audition_share() < 0);
  REQUIRE(player.set_sample(kAuditionPad, &take));
  Output heard = play(player, 12000);
  CHECK(player.audition_share() == Approx(0.5));
  const Output rest = play(player, 13000);
  heard.insert(heard.end(), rest.begin(), rest.end());
  const Output wanted = left_of(clip);
  const std::size_t fade = 480;
  CHECK(std::equal(wanted.begin(), wanted.end() - fade, heard.begin()));
  CHECK(is_silent({heard.begin() + 24000, heard.end()}));
  CHECK(decibels(click_of(heard)) < -90);
  CHECK(player.audition_share() < 0);
}

TEST_CASE("What was listened to leaves no bit in what is played", "[plugin]") {
  const Sample pad(sine(440, 4.0));
  const Sample take(sine(97.3, 4.0));
  const auto played = [&](bool listens) {
    InstrumentPlayer player(kRate);
    REQUIRE(player.set_sample(0, &pad));
    if (listens) REQUIRE(player.set_sample(kAuditionPad, &take));
    const Output before = play(player, 3000);
    CHECK(is_silent(before) != listens);
    if (listens) REQUIRE(player.set_sample(kAuditionPad, nullptr));
    play(player, 1000);
    return play(player, 9600, {{0, {0x90, kFirstPadNote, 100}}});
  };
  CHECK(played(true) == played(false));
}

TEST_CASE("Another take goes on at the same place, without a click", "[plugin]") {
  const auto first = sine(97.3, 4.0, kRate, 0.9);
  const auto second = sine(61.7, 4.0, kRate, 0.9);
  const Sample a(first);
  const Sample b(second);
  InstrumentPlayer player(kRate);
  REQUIRE(player.set_sample(kAuditionPad, &a));
  Output heard = play(player, 9777);
  REQUIRE(player.set_sample(kAuditionPad, &b));
  const Output rest = play(player, 20000);
  heard.insert(heard.end(), rest.begin(), rest.end());
  CHECK(decibels(click_of(heard)) < -90);
  const Output wanted = left_of(second);
  CHECK(std::equal(heard.begin() + 9777 + 480, heard.end(), wanted.begin() + 9777 + 480));
  CHECK(player.take_retired() == &a);
  CHECK(player.take_retired() == nullptr);

  REQUIRE(player.set_sample(kAuditionPad, nullptr));
  heard = play(player, 2000);
  CHECK(decibels(click_of(heard)) < -90);
  CHECK(is_silent({heard.begin() + 480, heard.end()}));
  CHECK(player.take_retired() == &b);
}

TEST_CASE("The same place of a take of another rate is the same second; past its end, round",
          "[plugin]") {
  const Sample a(sine(97.3, 4.0));
  const Sample other_rate(sine(61.7, 4.0, 96000));
  const Sample shorter(sine(61.7, 0.5));
  InstrumentPlayer player(kRate);
  REQUIRE(player.set_sample(kAuditionPad, &a));
  play(player, 2 * kRate);
  REQUIRE(player.set_sample(kAuditionPad, &other_rate));
  play(player, kRate / 2);
  CHECK(player.audition_share() == Approx(2.5 / 4));
  REQUIRE(player.set_sample(kAuditionPad, &shorter));
  play(player, kRate / 8);
  CHECK(player.audition_share() == Approx(0.25));
}

TEST_CASE("Many takes in one block wait for the one that still fades", "[plugin]") {
  const std::array<Sample, 3> takes = {Sample(sine(97, 1)), Sample(sine(110, 1)),
                                       Sample(sine(120, 1))};
  InstrumentPlayer player(kRate);
  REQUIRE(player.set_sample(kAuditionPad, takes.data()));
  play(player, 100);
  REQUIRE(player.set_sample(kAuditionPad, &takes[1]));
  CHECK_FALSE(player.set_sample(kAuditionPad, &takes[2]));
  play(player, 480);
  CHECK(player.set_sample(kAuditionPad, &takes[2]));
}

TEST_CASE("An export has nothing of what is listened to, also not of what is set meanwhile",
          "[plugin]") {
  const Sample a(sine(97, 4));
  const Sample b(sine(110, 4));
  InstrumentPlayer player(kRate);
  REQUIRE(player.set_sample(kAuditionPad, &a));
  play(player, 1000);
  player.allow_audition(false);
  CHECK(is_silent(play(player, 1000)));
  REQUIRE(player.set_sample(kAuditionPad, &b));
  CHECK(is_silent(play(player, 1000)));
  CHECK(player.audition_share() < 0);
  player.allow_audition(true);
  CHECK(is_silent(play(player, 1000)));
  REQUIRE(player.set_sample(kAuditionPad, &a));
  CHECK_FALSE(is_silent(play(player, 1000)));
}
