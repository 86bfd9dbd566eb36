// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/effects.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "generator/model/sketch/level.hpp"
#include "generator/model/sketch/mixer.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace dgx::model::sketch;

constexpr int kRate = 48000;

std::vector<float> tone(double hertz, double amplitude, double seconds) {
  std::vector<float> samples;
  for (int i = 0; i < static_cast<int>(seconds * kRate); ++i) {
    const auto value =
        static_cast<float>(amplitude * std::sin(2.0 * std::numbers::pi * hertz * i / kRate));
    samples.push_back(value);
    samples.push_back(value);
  }
  return samples;
}

float peak(const std::vector<float>& samples) {
  float value = 0.0F;
  for (const float sample : samples) value = std::max(value, std::abs(sample));
  return value;
}

/// Level after the filters have settled, in dB.
double settled_db(const std::vector<float>& samples) {
  const std::vector<float> rest(samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2),
                                samples.end());
  return 20.0 * std::log10(peak(rest));
}

}  // namespace

TEST_CASE("Filters pass what they should and halve the power at the corner", "[sketch]") {
  auto low = tone(1000, 1.0, 1.0);
  lowpass(low, 1000);
  CHECK(settled_db(low) == Approx(-3.01).margin(0.05));
  auto far = tone(8000, 1.0, 1.0);
  lowpass(far, 1000);
  CHECK(settled_db(far) < -35.0);
  auto kept = tone(100, 1.0, 1.0);
  lowpass(kept, 1000);
  CHECK(settled_db(kept) == Approx(0.0).margin(0.05));
  auto high = tone(70, 1.0, 1.0);
  highpass(high, 70);
  CHECK(settled_db(high) == Approx(-3.01).margin(0.05));
}

TEST_CASE("Loudness is that of EBU Tech 3341's reference tone", "[sketch]") {
  // 1 kHz stereo sine at -23 dBFS (peak) reads -23 LUFS.
  CHECK(loudness_of(tone(1000, std::pow(10.0, -23.0 / 20.0), 20.0)) == Approx(-23.0).margin(0.1));
  CHECK(loudness_of(std::vector<float>(kRate, 0.0F)) == -100.0);
}

TEST_CASE("Saturation keeps the peak and lifts the rest", "[sketch]") {
  auto samples = tone(100, 0.5, 0.5);
  const auto before = loudness_of(samples);
  saturate(samples, 0.8);
  CHECK(peak(samples) == Approx(0.5).margin(1e-4));
  CHECK(loudness_of(samples) > before + 1.0);
  std::vector<float> silence(100, 0.0F);
  saturate(silence, 0.8);
  CHECK(peak(silence) == 0.0F);
}

TEST_CASE("A tail longer than the loop folds as often as it takes", "[sketch]") {
  std::vector<float> samples(2 * 10, 1.0F);
  fold_tail(samples, 4);
  CHECK(samples == std::vector<float>{3, 3, 3, 3, 2, 2, 2, 2});
}

TEST_CASE("A cut ends in silence without a step", "[sketch]") {
  std::vector<float> samples(2 * 5000, 1.0F);
  cut_with_fade(samples, 4000);
  CHECK(samples.size() == 8000);
  CHECK(samples.back() == 0.0F);
  for (std::size_t i = 2; i < samples.size(); ++i) {
    CHECK(std::abs(samples[i] - samples[i - 2]) < 0.002F);
  }
}

TEST_CASE("Ducking goes down by its depth, comes back, and is smooth all round", "[sketch]") {
  const std::vector<std::size_t> kicks = {0, 24000};
  const auto curve = ducking_curve(48000, kicks, 0.6, 16000, true);
  REQUIRE(curve.size() == 48000);
  CHECK(*std::min_element(curve.begin(), curve.end()) == Approx(0.4).margin(0.01));
  CHECK(curve[23000] == Approx(1.0));
  for (std::size_t i = 1; i < curve.size(); ++i) CHECK(std::abs(curve[i] - curve[i - 1]) < 0.006F);
  CHECK(std::abs(curve.front() - curve.back()) < 0.006F);
  CHECK(ducking_curve(48000, {}, 0.6, 16000, true).empty());
  // Kicks that come before the sound is back do not make it jump.
  const auto busy = ducking_curve(48000, {100, 5000, 9000, 40000}, 0.9, 30000, true);
  for (std::size_t i = 1; i < busy.size(); ++i) CHECK(std::abs(busy[i] - busy[i - 1]) < 0.008F);
}

TEST_CASE("Glue tames peaks with one curve, so that the parts still sum", "[sketch]") {
  std::vector<dgx::model::Part> parts(2);
  parts[0].audio = {kRate, 2, tone(220, 0.1, 2.0)};
  parts[1].audio = {kRate, 2, std::vector<float>(parts[0].audio.samples.size(), 0.0F)};
  for (int i = 0; i < 40; ++i)
    parts[1].audio.samples[40000 + 2 * static_cast<std::size_t>(i)] = 3.0F;
  const std::vector<float> calm_before = parts[0].audio.samples;
  glue(parts, false);
  const auto mix = sum_of(parts);
  CHECK(peak(mix.samples) <= 0.7080F);
  CHECK(peak(mix.samples) > 0.69F);
  // Far from the peak the tone has only been scaled: its shape is untouched.
  const float scale = parts[0].audio.samples[2001] / calm_before[2001];
  for (const std::size_t i : {1001UL, 5001UL, 9001UL}) {
    CHECK(parts[0].audio.samples[i] == Approx(scale * calm_before[i]).margin(1e-5));
  }
}

TEST_CASE("A decaying part falls to 1/e after each start and never jumps", "[sketch]") {
  std::vector<float> samples(2 * 48000, 1.0F);
  let_decay(samples, {0, 24000}, 8000.0);
  CHECK(samples[2 * 8000] == Approx(std::exp(-1.0)).margin(0.01));
  CHECK(samples[2 * 24100] > 0.98F);
  CHECK(samples[2 * 32000] == Approx(std::exp(-1.0)).margin(0.01));
  for (std::size_t i = 2; i < samples.size(); ++i) {
    REQUIRE(std::abs(samples[i] - samples[i - 2]) < 0.02F);
  }
}
