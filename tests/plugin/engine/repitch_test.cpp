// SPDX-License-Identifier: Apache-2.0
// What a voice does to the spectrum of a take that it plays at another speed.
#include <cmath>
#include <vector>

#include "plugin/engine/voice.hpp"
#include "tests/plugin/engine/signals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::plugin;
using namespace dgx::test;

namespace {

/// The middle half second of a clip played at that speed.
std::vector<float> played(const dgx::AudioClip& clip, double speed) {
  static const SincTables tables;
  const Sample sample(clip);
  Voice voice;
  voice.start({.sample = &sample, .speed = speed, .end = sample.frames()});
  std::vector<float> left(kRate, 0.0F);
  std::vector<float> right(kRate, 0.0F);
  voice.add_to(left.data(), right.data(), kRate, tables);
  return {left.begin() + kRate / 4, left.begin() + 3 * kRate / 4};
}

}  // namespace

TEST_CASE("A repitched tone is that tone and nothing else down to -80 dB", "[plugin]") {
  // Up to three octaves up, two down, and the steps between them, wherever the kernels change.
  for (int semitones = -24; semitones <= 36; ++semitones) {
    const double speed = std::exp2(semitones / 12.0) * 1.0003;
    for (const double part : {0.02, 0.2, 0.45, 0.7}) {
      const double heard = part * kRate / 2 * std::min(1.0, speed);
      CAPTURE(semitones, heard);
      const auto signal = played(sine(heard / speed, speed + 0.1), speed);
      CHECK(decibels(rest_without(signal, heard) * std::sqrt(2.0) / 0.5) < -80);
      CHECK(std::abs(decibels(amplitude_of(signal, heard) / 0.5)) < 0.1);
    }
  }
}

TEST_CASE("What would lie above Nyquist's frequency is gone, not folded back", "[plugin]") {
  for (int semitones = 1; semitones <= 36; ++semitones) {
    const double speed = std::exp2(semitones / 12.0);
    for (const double beyond : {1.01, 1.1, 1.5, 1.9}) {
      const double frequency = beyond * kRate / 2 / speed;
      if (frequency >= 0.999 * kRate / 2) continue;
      CAPTURE(semitones, beyond);
      const auto signal = played(sine(frequency, speed + 0.1), speed);
      CHECK(decibels(rms(signal) * std::sqrt(2.0) / 0.5) < -80);
    }
  }
}

TEST_CASE("A take of another sample rate keeps its pitch", "[plugin]") {
  for (const int rate : {32000, 44100, 96000}) {
    CAPTURE(rate);
    const auto signal = played(sine(1000, 2, rate), static_cast<double>(rate) / kRate);
    CHECK(decibels(rest_without(signal, 1000) * std::sqrt(2.0) / 0.5) < -80);
    CHECK(amplitude_of(signal, 1000) == Approx(0.5).epsilon(0.001));
  }
}
