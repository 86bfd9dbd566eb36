// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "generator/loudness/loudness.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"

using dgx::apply_gain;
using dgx::AudioClip;
using dgx::choose_gain;
using dgx::Loudness;
using dgx::measure_loudness;
using namespace dgx::test;

namespace {

Loudness measured(double integrated_lufs, double true_peak_dbtp) {
  Loudness loudness;
  loudness.integrated_lufs = integrated_lufs;
  loudness.true_peak_dbtp = true_peak_dbtp;
  return loudness;
}

}  // namespace

TEST_CASE("The gain brings a take to the target", "[loudness]") {
  const auto choice = choose_gain(measured(-20.0, -12.0), -16.0, -1.0, std::nullopt);
  CHECK(choice.gain_db == Approx(4.0));
  CHECK(choice.short_of_target_lu == 0.0);
  CHECK_FALSE(choice.silent);
  CHECK(choose_gain(measured(-10.0, 2.0), -16.0, -1.0, std::nullopt).gain_db == Approx(-6.0));
}

TEST_CASE("Where the ceiling binds it wins, and the miss is told", "[loudness]") {
  const auto choice = choose_gain(measured(-20.0, -3.0), -16.0, -1.0, std::nullopt);
  CHECK(choice.gain_db == Approx(2.0));
  CHECK(choice.short_of_target_lu == Approx(2.0));
  const auto exact = choose_gain(measured(-20.0, -5.0), -16.0, -1.0, std::nullopt);
  CHECK(exact.gain_db == Approx(4.0));
  CHECK(exact.short_of_target_lu == Approx(0.0).margin(1e-9));
}

TEST_CASE("A part that is louder than the mix binds too, a quieter one does not", "[loudness]") {
  CHECK(choose_gain(measured(-20.0, -9.0), -16.0, -1.0, -2.0).gain_db == Approx(1.0));
  CHECK(choose_gain(measured(-20.0, -9.0), -16.0, -1.0, -2.0).short_of_target_lu == Approx(3.0));
  CHECK(choose_gain(measured(-20.0, -9.0), -16.0, -1.0, -30.0).gain_db == Approx(4.0));
}

TEST_CASE("A silent take gets no gain", "[loudness]") {
  const AudioClip silence{48000, 2, std::vector<float>(96000)};
  const auto loudness = measure_loudness(silence);
  REQUIRE_OK(loudness);
  CHECK_FALSE(loudness->integrated_lufs.has_value());
  CHECK_FALSE(loudness->short_term_max_lufs.has_value());
  CHECK_FALSE(loudness->range_lu.has_value());
  CHECK_FALSE(loudness->true_peak_dbtp.has_value());
  CHECK(loudness->sample_peak == 0.0);
  const auto choice = choose_gain(*loudness, -16.0, -1.0, std::nullopt);
  CHECK(choice.silent);
  CHECK(choice.gain_db == 0.0);
  CHECK(choice.short_of_target_lu == 0.0);
}

TEST_CASE("A take below the gate gets no gain, though it is not zero", "[loudness]") {
  const auto loudness = measure_loudness(sine_clip(48000, 2, 5 * 48000, 1000.0, 1e-4));
  REQUIRE_OK(loudness);
  CHECK_FALSE(loudness->integrated_lufs.has_value());
  CHECK(*loudness->true_peak_dbtp == Approx(-80.0).margin(0.1));
  CHECK(choose_gain(*loudness, -16.0, -1.0, std::nullopt).silent);
}

TEST_CASE("What a clip is too short for has no value", "[loudness]") {
  const auto blink = measure_loudness(sine_clip(48000, 2, 4800, 1000.0, 0.5));
  REQUIRE_OK(blink);
  CHECK_FALSE(blink->integrated_lufs.has_value());  // Shorter than one 400 ms block
  CHECK(blink->true_peak_dbtp.has_value());
  const auto second = measure_loudness(sine_clip(48000, 2, 48000, 1000.0, 0.5));
  CHECK(second->integrated_lufs.has_value());
  CHECK_FALSE(second->short_term_max_lufs.has_value());
  CHECK_FALSE(second->range_lu.has_value());
  const auto three = measure_loudness(sine_clip(48000, 2, 3 * 48000, 1000.0, 0.5));
  CHECK(three->short_term_max_lufs.has_value());
  CHECK(measure_loudness(AudioClip{48000, 1, {}}).has_value());
}

TEST_CASE("Gain multiplies and never clamps", "[loudness]") {
  AudioClip clip{48000, 2, {0.5F, -0.25F, 0.0F, 1.0F}};
  apply_gain(clip, 20.0);
  CHECK(clip.samples == std::vector<float>{5.0F, -2.5F, 0.0F, 10.0F});
  apply_gain(clip, 0.0);
  CHECK(clip.samples == std::vector<float>{5.0F, -2.5F, 0.0F, 10.0F});
}

TEST_CASE("A peak brought to full scale is not beyond it", "[loudness]") {
  for (int i = 1; i < 2000; ++i) {
    const float peak = static_cast<float>(i) / 1999.0F;
    AudioClip clip{48000, 1, {peak}};
    apply_gain(clip, 0.0 - 20.0 * std::log10(static_cast<double>(peak)));
    REQUIRE(clip.samples[0] <= 1.0F);
    REQUIRE(clip.samples[0] > 0.999999F);
  }
}

TEST_CASE("A clip that is no audio is refused, with the place of a bad sample", "[loudness]") {
  CHECK_FALSE(measure_loudness(AudioClip{48000, 0, {}}).has_value());
  CHECK_FALSE(measure_loudness(AudioClip{48000, 3, {0, 0, 0}}).has_value());
  CHECK_FALSE(measure_loudness(AudioClip{0, 1, {0.0F}}).has_value());
  AudioClip clip = noise_clip(48000, 2, 1000, 0.5, 1);
  clip.samples[77] = std::numeric_limits<float>::quiet_NaN();
  const auto refused = measure_loudness(clip);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("sample 77") != std::string::npos);
}
