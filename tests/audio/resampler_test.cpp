// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/resampler.hpp"

#include <cmath>
#include <numbers>

#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"

using dgx::AudioClip;
using dgx::resample;
using namespace dgx::test;

namespace {

// What resampling adds at the clip's ends, where the sine begins and stops abruptly.
constexpr std::size_t kEdgeFrames = 4000;

std::int64_t frames_at(const AudioClip& clip, int sample_rate) {
  return std::llround(static_cast<double>(clip.frame_count()) * sample_rate / clip.sample_rate);
}

double worst_difference(const AudioClip& got, const AudioClip& expected) {
  double worst = 0.0;
  for (std::size_t i = kEdgeFrames; i + kEdgeFrames < got.samples.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got.samples[i]) - expected.samples[i]));
  }
  return worst;
}

struct Rates {
  int from;
  int to;
};

constexpr Rates kRates[] = {{48000, 44100},  {48000, 96000}, {48000, 192000}, {32000, 48000},
                            {44100, 48000},  {44100, 88200}, {96000, 44100},  {192000, 44100},
                            {44100, 192000}, {32000, 44100}, {32000, 192000}, {44100, 44101}};

}  // namespace

TEST_CASE("A resampled sine stays in its place and at its level", "[audio]") {
  for (const Rates rates : kRates) {
    INFO(rates.from << " to " << rates.to);
    const AudioClip tone = sine_clip(rates.from, 1, 32000, 997.0, 0.5);
    const auto frames = frames_at(tone, rates.to);
    const auto result = resample(tone, rates.to, frames);
    REQUIRE_OK(result);
    const AudioClip expected = sine_clip(rates.to, 1, static_cast<std::size_t>(frames), 997.0, 0.5);
    CHECK(worst_difference(*result, expected) < 0.5e-6);  // -120 dB of the tone
  }
}

TEST_CASE("What the new rate cannot hold is gone, 120 dB below", "[audio]") {
  for (const Rates rates : {Rates{48000, 44100}, Rates{96000, 44100}, Rates{192000, 48000}}) {
    INFO(rates.from << " to " << rates.to);
    const AudioClip tone = sine_clip(rates.from, 1, 48000, 0.53 * rates.to, 1.0);
    const auto frames = frames_at(tone, rates.to);
    const auto result = resample(tone, rates.to, frames);
    REQUIRE_OK(result);
    const AudioClip silence{rates.to, 1, std::vector<float>(static_cast<std::size_t>(frames))};
    CHECK(worst_difference(*result, silence) < 1e-6);
  }
}

TEST_CASE("Channels do not mix", "[audio]") {
  AudioClip clip{48000, 2, {}};
  const AudioClip left = noise_clip(48000, 1, 5000, 0.5, 1);
  for (const float sample : left.samples) clip.samples.insert(clip.samples.end(), {sample, 0.0F});
  const auto stereo = resample(clip, 44100, 4594);
  const auto mono = resample(left, 44100, 4594);
  REQUIRE_OK(stereo);
  REQUIRE_OK(mono);
  for (std::size_t i = 0; i < mono->samples.size(); ++i) {
    REQUIRE(stereo->samples[2 * i] == mono->samples[i]);
    REQUIRE(stereo->samples[2 * i + 1] == 0.0F);
  }
}

TEST_CASE("The result has exactly the frames that were asked for", "[audio]") {
  for (const Rates rates : kRates) {
    for (const std::size_t frames : {1U, 2U, 3U, 999U, 4801U}) {
      const AudioClip clip = noise_clip(rates.from, 2, frames, 0.5, frames);
      for (const std::int64_t extra : {-1, 0, 1, 5000}) {
        const std::int64_t wanted = std::max<std::int64_t>(0, frames_at(clip, rates.to) + extra);
        const auto result = resample(clip, rates.to, wanted);
        REQUIRE_OK(result);
        REQUIRE(result->frame_count() == static_cast<std::size_t>(wanted));
        REQUIRE(result->sample_rate == rates.to);
      }
    }
  }
}

TEST_CASE("Where the clip is over, the end is held at zero", "[audio]") {
  const AudioClip clip = noise_clip(48000, 1, 4800, 0.5, 1);
  const auto result = resample(clip, 44100, 44100);
  REQUIRE_OK(result);
  for (std::size_t i = 4410 + 2; i < result->samples.size(); ++i) {
    REQUIRE(result->samples[i] == 0.0F);
  }
}

TEST_CASE("The same rate passes samples through", "[audio]") {
  const AudioClip clip = noise_clip(48000, 2, 100, 0.5, 1);
  CHECK(resample(clip, 48000, 100)->samples == clip.samples);
  CHECK(resample(clip, 48000, 40)->frame_count() == 40);
  const auto longer = resample(clip, 48000, 120);
  REQUIRE_OK(longer);
  CHECK(longer->frame_count() == 120);
  CHECK(longer->samples.back() == 0.0F);
}

TEST_CASE("Resampling twice gives the same bits", "[audio]") {
  const AudioClip clip = noise_clip(32000, 2, 32000, 0.5, 1);
  CHECK(resample(clip, 44100, 44100)->samples == resample(clip, 44100, 44100)->samples);
}

TEST_CASE("Rates, channels and lengths that make no sense are refused", "[audio]") {
  const AudioClip clip = noise_clip(48000, 1, 10, 0.5, 1);
  CHECK_FALSE(resample(clip, 0, 10).has_value());
  CHECK_FALSE(resample(clip, -44100, 10).has_value());
  CHECK_FALSE(resample(clip, 44100, -1).has_value());
  CHECK_FALSE(resample(AudioClip{0, 1, {0.0F}}, 44100, 1).has_value());
  CHECK_FALSE(resample(AudioClip{48000, 0, {}}, 44100, 1).has_value());
  CHECK_FALSE(resample(AudioClip{48000, 3, {0, 0, 0}}, 44100, 1).has_value());
}

TEST_CASE("A loop keeps its seam at another rate", "[audio]") {
  // 110 whole periods in 0.5 s: the clip repeats without a step, and has to after resampling.
  for (const int frames : {24000, 480}) {
    AudioClip clip{48000, 1, std::vector<float>(static_cast<std::size_t>(frames))};
    const double periods = frames == 24000 ? 110 : 2;
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      clip.samples[i] = static_cast<float>(
          0.5 * std::sin(2 * std::numbers::pi * periods * static_cast<double>(i) / frames));
    }
    const auto wanted = static_cast<std::int64_t>(frames) * 147 / 160;
    const auto loop = resample(clip, 44100, wanted, dgx::Edges::kLoop);
    REQUIRE_OK(loop);
    for (std::size_t i = 0; i < loop->samples.size(); ++i) {
      const double exact = 0.5 * std::sin(2 * std::numbers::pi * periods * static_cast<double>(i) /
                                          static_cast<double>(wanted));
      REQUIRE(loop->samples[i] == Approx(exact).margin(1e-5));
    }
  }
}

TEST_CASE("Resampling stops when it is asked to", "[audio]") {
  std::stop_source stop;
  stop.request_stop();
  const AudioClip clip{48000, 1, std::vector<float>(96000)};
  const auto result = resample(clip, 44100, 88200, dgx::Edges::kSilence, stop.get_token());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == dgx::ErrorCode::kCancelled);
}
