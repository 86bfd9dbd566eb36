// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "generator/audio/wav_writer.hpp"
#include "generator/loudness/loudness.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/memory_file.hpp"

using dgx::AudioClip;
using dgx::RandomStream;
using namespace dgx::test;

namespace {

struct Judgement {
  double integrated_lufs = 0.0;
  double true_peak_dbtp = 0.0;
};

double number_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label, text.find("Summary:"));
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + label.size()));
}

/// The clip as a 24 bit file, measured by ffmpeg's ebur128 filter, which prints one decimal.
Judgement judge(const AudioClip& clip) {
  const MemoryFile file;
  const auto status = dgx::write_wav(file.fd(), clip, dgx::SampleFormat::kPcm24, {}, 1);
  REQUIRE_OK(status);
  const auto said = run_command("ffmpeg -nostats -hide_banner -i " + file.path() +
                                " -af ebur128=peak=true -f null - 2>&1");
  REQUIRE(said.exit_code == 0);
  return {number_after(said.output, "I:"), number_after(said.output, "Peak:")};
}

/// Noise through a random one-pole low-pass, with a beat of random depth: from rumble to hiss.
AudioClip coloured_noise(RandomStream& random, std::uint64_t seed) {
  constexpr int kRates[] = {44100, 48000, 96000};
  const int rate = kRates[random.below(3)];
  const int channels = 1 + static_cast<int>(random.below(2));
  AudioClip clip = noise_clip(rate, channels, static_cast<std::size_t>(4 * rate), 0.9, seed);
  const double openness = 0.02 + 0.98 * random.uniform();
  const double depth = random.uniform();
  const auto beat = static_cast<std::size_t>(rate / 2);
  double state[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const auto channel = i % static_cast<std::size_t>(channels);
    state[channel] += openness * (static_cast<double>(clip.samples[i]) - state[channel]);
    const auto frame = i / static_cast<std::size_t>(channels);
    const double envelope =
        1.0 - depth * static_cast<double>(frame % beat) / static_cast<double>(beat);
    clip.samples[i] = static_cast<float>(state[channel] * envelope);
  }
  return clip;
}

}  // namespace

TEST_CASE("After the gain ffmpeg reads the target, or the ceiling where that binds", "[loudness]") {
  constexpr double kTarget = -16.0;
  constexpr double kCeiling = -1.0;
  RandomStream random(20261121, 2);
  int reached = 0;
  for (std::uint64_t round = 0; round < 24; ++round) {
    AudioClip clip = coloured_noise(random, round);
    const auto measured = dgx::measure_loudness(clip);
    REQUIRE_OK(measured);
    const double target = round % 3 == 0 ? -9.0 : kTarget;  // The ceiling binds in many of these
    const auto choice = dgx::choose_gain(*measured, target, kCeiling, std::nullopt);
    REQUIRE_FALSE(choice.silent);
    dgx::apply_gain(clip, choice.gain_db);
    const Judgement ffmpeg = judge(clip);
    INFO("round " << round << ", " << clip.sample_rate << " Hz, " << clip.channels << " channels");
    // ffmpeg rounds to 0.1: half of that may come on top.
    CHECK(ffmpeg.integrated_lufs == Approx(target - choice.short_of_target_lu).margin(0.1));
    CHECK(ffmpeg.true_peak_dbtp <= kCeiling + 0.1 + 1e-9);
    if (choice.short_of_target_lu > 0.0) {
      CHECK(ffmpeg.true_peak_dbtp >= kCeiling - 0.7);
    } else {
      ++reached;
    }
  }
  CHECK(reached >= 12);
}
