// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>
#include <vector>

#include "generator/loudness/loudness.hpp"
#include "generator/loudness/true_peak.hpp"
#include "tests/support/catch.hpp"

using dgx::AudioClip;
using dgx::measure_loudness;

namespace {

struct Segment {
  double level_dbfs;  ///< Peak level of the sine
  double seconds;
};

/// A stereo 1 kHz sine, the same in both channels, whose level changes from segment to segment:
/// the signals of EBU Tech 3341 (table 1) and 3342 (table 1), made by their formula.
AudioClip tone(const std::vector<Segment>& segments, int sample_rate = 48000) {
  AudioClip clip{sample_rate, 2, {}};
  std::size_t frame = 0;
  for (const Segment& segment : segments) {
    const double amplitude = std::pow(10.0, segment.level_dbfs / 20.0);
    const auto frames = static_cast<std::size_t>(std::llround(segment.seconds * sample_rate));
    for (std::size_t i = 0; i < frames; ++i, ++frame) {
      const double angle =
          2.0 * std::numbers::pi * 1000.0 * static_cast<double>(frame) / sample_rate;
      const auto sample = static_cast<float>(amplitude * std::sin(angle));
      clip.samples.insert(clip.samples.end(), {sample, sample});
    }
  }
  return clip;
}

void check_integrated(const std::vector<Segment>& segments, double lufs) {
  for (const int sample_rate : {44100, 48000}) {
    INFO(sample_rate << " Hz");
    const auto loudness = measure_loudness(tone(segments, sample_rate));
    REQUIRE_OK(loudness);
    REQUIRE(loudness->integrated_lufs.has_value());
    CHECK(*loudness->integrated_lufs == Approx(lufs).margin(0.1));
  }
}

void check_range(const std::vector<Segment>& segments, double range_lu) {
  const auto loudness = measure_loudness(tone(segments));
  REQUIRE_OK(loudness);
  REQUIRE(loudness->range_lu.has_value());
  CHECK(*loudness->range_lu == Approx(range_lu).margin(1.0));  // The tolerance of Tech 3342
}

/// A sine at 48000 / divisor Hz that fades in and out, so that only its own peaks count.
double sine_true_peak_db(double divisor, double amplitude, double degrees) {
  constexpr int kFrames = 48000;
  AudioClip clip{48000, 1, {}};
  for (int i = 0; i < kFrames; ++i) {
    const double fade = std::min({1.0, i / 4800.0, (kFrames - 1 - i) / 4800.0});
    const double angle = 2.0 * std::numbers::pi * (i / divisor + degrees / 360.0);
    clip.samples.push_back(static_cast<float>(fade * amplitude * std::sin(angle)));
  }
  return 20.0 * std::log10(dgx::true_peak(clip));
}

}  // namespace

TEST_CASE("Tech 3341 case 1: a steady tone at -23 dBFS", "[loudness]") {
  const auto loudness = measure_loudness(tone({{-23.0, 20.0}}));
  REQUIRE_OK(loudness);
  CHECK(*loudness->integrated_lufs == Approx(-23.0).margin(0.1));
  CHECK(*loudness->short_term_max_lufs == Approx(-23.0).margin(0.1));
  check_integrated({{-23.0, 20.0}}, -23.0);
}

TEST_CASE("Tech 3341 case 2: a steady tone at -33 dBFS", "[loudness]") {
  check_integrated({{-33.0, 20.0}}, -33.0);
}

TEST_CASE("Tech 3341 case 3: the relative gate leaves quiet ends out", "[loudness]") {
  check_integrated({{-36.0, 10.0}, {-23.0, 60.0}, {-36.0, 10.0}}, -23.0);
}

TEST_CASE("Tech 3341 case 4: the absolute gate leaves silence out", "[loudness]") {
  check_integrated({{-72.0, 10.0}, {-36.0, 10.0}, {-23.0, 60.0}, {-36.0, 10.0}, {-72.0, 10.0}},
                   -23.0);
}

TEST_CASE("Tech 3341 case 5: a louder middle", "[loudness]") {
  check_integrated({{-26.0, 20.0}, {-20.0, 20.1}, {-26.0, 20.0}}, -23.0);
}

// Case 6 is five-channel; a clip has one or two. The same rule for one: half the power.
TEST_CASE("One channel of a tone is 3 LU below two", "[loudness]") {
  const AudioClip stereo = tone({{-23.0, 20.0}});
  AudioClip mono{48000, 1, {}};
  for (std::size_t i = 0; i < stereo.samples.size(); i += 2) {
    mono.samples.push_back(stereo.samples[i]);
  }
  CHECK(*measure_loudness(mono)->integrated_lufs == Approx(-26.01).margin(0.1));
}

TEST_CASE("Tech 3341 case 9: short-term loudness of a tone that changes twice in 3 s",
          "[loudness]") {
  std::vector<Segment> segments;
  for (int i = 0; i < 5; ++i) segments.insert(segments.end(), {{-20.0, 1.34}, {-30.0, 1.66}});
  const auto loudness = measure_loudness(tone(segments));
  REQUIRE_OK(loudness);
  CHECK(*loudness->short_term_max_lufs == Approx(-23.0).margin(0.1));
}

TEST_CASE("Tech 3341 case 10: a tone of 3 s is found wherever it begins", "[loudness]") {
  for (int i = 0; i < 20; ++i) {
    const auto loudness = measure_loudness(tone({{-120.0, 0.15 * i}, {-23.0, 3.0}, {-120.0, 1.0}}));
    REQUIRE_OK(loudness);
    CHECK(*loudness->short_term_max_lufs == Approx(-23.0).margin(0.1));
  }
}

TEST_CASE("Tech 3342 cases 1 to 4: loudness range", "[loudness]") {
  check_range({{-20.0, 20.0}, {-30.0, 20.0}}, 10.0);
  check_range({{-20.0, 20.0}, {-15.0, 20.0}}, 5.0);
  check_range({{-40.0, 20.0}, {-20.0, 20.0}}, 20.0);
  check_range({{-50.0, 20.0}, {-35.0, 20.0}, {-20.0, 20.0}, {-35.0, 20.0}, {-50.0, 20.0}}, 15.0);
}

TEST_CASE("Tech 3341 cases 15 to 19: the true peak between the samples", "[loudness]") {
  // The standard allows +0.2 and -0.4 dB; a denser meter can be held to less.
  CHECK(sine_true_peak_db(4.0, 0.50, 0.0) == Approx(-6.02).margin(0.1));
  CHECK(sine_true_peak_db(4.0, 0.50, 45.0) == Approx(-6.02).margin(0.1));
  CHECK(sine_true_peak_db(6.0, 0.50, 60.0) == Approx(-6.02).margin(0.1));
  CHECK(sine_true_peak_db(8.0, 0.50, 67.5) == Approx(-6.02).margin(0.1));
  CHECK(sine_true_peak_db(4.0, 1.41, 45.0) == Approx(2.98).margin(0.1));
}

TEST_CASE("A tone of any pitch and phase reads its true peak", "[loudness]") {
  for (double divisor = 2.5; divisor < 48.0; divisor *= 1.09) {
    for (const double degrees : {0.0, 17.0, 45.0, 71.0}) {
      INFO("divisor " << divisor << ", phase " << degrees);
      const double peak_db = sine_true_peak_db(divisor, 0.5, degrees);
      // Eight points a sample miss the peak of the highest tone here by at most 9 degrees.
      REQUIRE(peak_db <= -6.00);
      REQUIRE(peak_db >= -6.02 - 0.12);
    }
  }
}

TEST_CASE("The true peak does not depend on where in the clip it is, nor on its channel",
          "[loudness]") {
  for (const int sample_rate : {44100, 192000}) {
    for (const std::size_t place : {0U, 1U, 15U, 63U, 64U, 500U, 983U, 998U}) {
      for (const std::size_t channel : {0U, 1U}) {
        AudioClip clip{sample_rate, 2, std::vector<float>(2000)};
        clip.samples[2 * place + channel] = 0.5F;
        INFO("place " << place << ", channel " << channel);
        CHECK(dgx::true_peak(clip) == Approx(0.5).epsilon(0.12));
        CHECK(dgx::true_peak(clip) >= 0.5);
      }
    }
  }
}

TEST_CASE("The peak between the samples is found in every channel and beside higher samples",
          "[loudness]") {
  // A quarter of the sample rate at 45 degrees: samples of 0.4, peaks of 0.566 between them.
  for (const std::size_t channel : {0U, 1U}) {
    for (const float lone_sample : {0.0F, 0.45F, 0.5F, 0.55F}) {
      AudioClip clip{48000, 2, std::vector<float>(20000)};
      for (int i = 4000; i < 6000; ++i) {
        const double fade = std::min({1.0, (i - 4000) / 500.0, (6000 - i) / 500.0});
        const double sign = i % 4 < 2 ? 0.4 : -0.4;
        clip.samples[2 * static_cast<std::size_t>(i) + channel] = static_cast<float>(fade * sign);
      }
      clip.samples[100] = lone_sample;
      INFO("channel " << channel << ", lone sample " << lone_sample);
      CHECK(dgx::true_peak(clip) == Approx(0.4 * std::numbers::sqrt2).epsilon(0.01));
    }
  }
}

TEST_CASE("A clip that begins or ends inside a sound is read mirrored too", "[loudness]") {
  AudioClip end{48000, 1, std::vector<float>(1000)};
  end.samples.back() = 0.5F;  // Twice in a row: the peak of two equal samples is 4/pi of one
  CHECK(dgx::true_peak(end) == Approx(0.5 * 4.0 / std::numbers::pi).epsilon(0.01));
  AudioClip start{48000, 1, std::vector<float>(1000)};
  start.samples[0] = 0.2F;
  start.samples[1] = 0.5F;
  start.samples[2] = 0.5F;
  AudioClip late{48000, 1, std::vector<float>(10)};
  late.samples.insert(late.samples.end(), {0.5F, 0.5F, 0.2F, 0.5F, 0.5F});
  late.samples.resize(1000);
  CHECK(dgx::true_peak(start) == Approx(dgx::true_peak(late)).epsilon(1e-6));
}

TEST_CASE("The worst pattern between samples is found beside a sample almost as high",
          "[loudness]") {
  // The signs of a sinc around half a sample: every neighbour adds to the peak in the middle.
  AudioClip clip{48000, 1, std::vector<float>(2000)};
  for (int i = -14; i <= 15; ++i) {
    const int magnitude = i <= 0 ? -i : i - 1;
    clip.samples[static_cast<std::size_t>(1000 + i)] = magnitude % 2 == 0 ? 0.3F : -0.3F;
  }
  const double alone = dgx::true_peak(clip);
  REQUIRE(alone > 0.6);
  clip.samples[100] = static_cast<float>(0.95 * alone);
  CHECK(dgx::true_peak(clip) == alone);
}
