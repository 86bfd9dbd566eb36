// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/export_chain.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "generator/base/philox.hpp"
#include "generator/protocol/music.hpp"
#include "tests/support/catch.hpp"

using dgx::AudioClip;
using dgx::jobs::finish_take;
using dgx::protocol::GenerationRequest;

namespace {

AudioClip noise(double seconds, double amplitude, std::uint32_t stream) {
  AudioClip clip{32000, 2, {}};
  dgx::RandomStream random(11, stream);
  const auto samples = static_cast<std::size_t>(seconds * 32000) * 2;
  for (std::size_t i = 0; i < samples; ++i) {
    clip.samples.push_back(static_cast<float>((random.uniform() * 2 - 1) * amplitude));
  }
  return clip;
}

dgx::model::RenderedTake take_of(AudioClip mix) {
  dgx::model::RenderedTake take;
  take.mix = std::move(mix);
  return take;
}

GenerationRequest request_for(double duration) {
  GenerationRequest request;
  request.prompt = "noise";
  request.duration = duration;
  return request;
}

}  // namespace

TEST_CASE("A take comes out at the asked rate, length and loudness", "[jobs]") {
  for (const std::int64_t rate : {44100, 48000, 96000}) {
    auto request = request_for(4);
    request.sample_rate = rate;
    auto take = take_of(noise(4, 0.05, 0));
    const auto finished = finish_take(take, request, {});
    REQUIRE_OK(finished);
    CHECK(finished->mix.sample_rate == rate);
    CHECK(finished->mix.frame_count() == static_cast<std::size_t>(4 * rate));
    REQUIRE(finished->loudness.integrated_lufs);
    CHECK(*finished->loudness.integrated_lufs == Approx(-16).margin(0.05));
    CHECK(finished->loudness.short_of_target_lu == 0);
    CHECK(finished->warnings.empty());
  }
}

TEST_CASE("Bars have their exact length at every rate", "[jobs]") {
  for (const std::int64_t rate : {44100, 48000, 88200, 192000}) {
    GenerationRequest request;
    request.prompt = "bars";
    request.bars = 3;
    request.sample_rate = rate;
    auto take = take_of(noise(dgx::seconds_of_bars(3, 87.3, {7, 8}), 0.1, 0));
    take.tempo.bpm = 87.3;
    take.tempo.bars = 3;
    take.tempo.time_signature = "7/8";
    const auto finished = finish_take(take, request, {});
    REQUIRE_OK(finished);
    const auto exact = dgx::frames_of_bars(3, 87.3, {7, 8}, static_cast<int>(rate));
    CHECK(finished->mix.frame_count() == static_cast<std::size_t>(exact));
  }
}

TEST_CASE("Where the ceiling binds it wins, and the facts say by how much", "[jobs]") {
  // One loud click in quiet noise: the target cannot be met beneath the ceiling.
  AudioClip clip = noise(4, 0.01, 0);
  clip.samples[64000] = 0.9F;
  auto take = take_of(std::move(clip));
  const auto finished = finish_take(take, request_for(4), {});
  REQUIRE_OK(finished);
  const auto& loudness = finished->loudness;
  CHECK(*loudness.true_peak_dbtp <= -1.0 + 0.05);
  CHECK(*loudness.true_peak_dbtp >= -1.3);
  CHECK(loudness.short_of_target_lu > 5);
  CHECK(*loudness.integrated_lufs + loudness.short_of_target_lu == Approx(-16).margin(0.05));
  REQUIRE(finished->warnings.size() == 1);
  CHECK(finished->warnings[0].starts_with("the true-peak ceiling of -1 dBTP left the take "));
  const float peak = *std::max_element(finished->mix.samples.begin(), finished->mix.samples.end());
  CHECK(peak < 1.0F);
}

TEST_CASE("Overshoot of a model is scaled, not clamped", "[jobs]") {
  AudioClip clip{48000, 1, {}};
  for (int i = 0; i < 48000 * 4; ++i) {
    clip.samples.push_back(
        static_cast<float>(3 * std::sin(2 * std::numbers::pi * 441 * i / 48000)));
  }
  const std::vector<float> original = clip.samples;
  auto take = take_of(std::move(clip));
  const auto finished = finish_take(take, request_for(4), {});
  REQUIRE_OK(finished);
  const float gain = finished->mix.samples[1000] / original[1000];
  for (std::size_t i = 0; i < original.size(); i += 997) {
    CHECK(finished->mix.samples[i] == Approx(original[i] * gain).margin(1e-6));
  }
}

TEST_CASE("Parts still sum to the mix, and none passes the ceiling", "[jobs]") {
  const AudioClip first = noise(4, 0.8, 1);
  AudioClip second = first;  // Cancels most of the first, so the mix is far quieter than its parts.
  for (float& sample : second.samples) sample *= -0.95F;
  AudioClip mix = first;
  for (std::size_t i = 0; i < mix.samples.size(); ++i) mix.samples[i] += second.samples[i];
  auto take = take_of(mix);
  take.parts = {{"a", first}, {"b", second}};
  auto request = request_for(4);
  request.sample_rate = 32000 * 2;
  const auto finished = finish_take(take, request, {});
  REQUIRE_OK(finished);
  CHECK(finished->loudness.short_of_target_lu > 10);
  for (std::size_t i = 0; i < finished->mix.samples.size(); ++i) {
    const float sum = finished->parts[0].audio.samples[i] + finished->parts[1].audio.samples[i];
    REQUIRE(sum == Approx(finished->mix.samples[i]).margin(2e-6));
    REQUIRE(std::abs(finished->parts[0].audio.samples[i]) <= 0.9F);
  }
}

TEST_CASE("A silent take gets no gain and a warning", "[jobs]") {
  auto take = take_of(AudioClip{48000, 2, std::vector<float>(48000 * 2, 0.0F)});
  const auto finished = finish_take(take, request_for(1), {});
  REQUIRE_OK(finished);
  CHECK(finished->loudness.gain_db == 0);
  CHECK_FALSE(finished->loudness.integrated_lufs);
  REQUIRE(finished->warnings.size() == 1);
  CHECK(finished->warnings[0].find("silent") != std::string::npos);
}

TEST_CASE("The seam of a loop is told in decibels", "[jobs]") {
  AudioClip clip{48000, 1, std::vector<float>(48000 * 4)};
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    clip.samples[i] = static_cast<float>(
        0.2 * std::sin(2 * std::numbers::pi * 100 * static_cast<double>(i) / 48000));
  }
  const auto request = request_for(4);
  auto smooth = take_of(clip);
  smooth.loops = true;
  const auto seamless = finish_take(smooth, request, {});
  REQUIRE_OK(seamless);
  REQUIRE(seamless->loop);
  CHECK(seamless->loop->seam_db < -35);  // One step of a 100 Hz sine.
  clip.samples.back() = 0.2F;
  auto broken = take_of(std::move(clip));
  broken.loops = true;
  const auto seam = finish_take(broken, request, {});
  REQUIRE_OK(seam);
  CHECK(seam->loop->seam_db > -20);
}

TEST_CASE("Finishing stops when it is asked to", "[jobs]") {
  std::stop_source stop;
  stop.request_stop();
  auto take = take_of(noise(4, 0.1, 0));
  const auto finished = finish_take(take, request_for(4), stop.get_token());
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == dgx::ErrorCode::kCancelled);
}
