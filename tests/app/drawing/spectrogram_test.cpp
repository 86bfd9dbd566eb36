// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/spectrogram.hpp"

#include <algorithm>
#include <cmath>

#include "generator/app/drawing/fourier.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::app;
using dgx::AudioClip;
using namespace dgx::test;

namespace {

constexpr int kRows = 200;

Spectrogram spectrogram_of(const AudioClip& clip, int columns = 40) {
  auto result = make_spectrogram(clip, columns, kRows, 30.0, 20000.0);
  REQUIRE_OK(result);
  REQUIRE(result->levels_db.size() == static_cast<std::size_t>(columns * kRows));
  return std::move(*result);
}

int loudest_row(const Spectrogram& spectrum, int column) {
  int loudest = 0;
  for (int row = 1; row < spectrum.rows; ++row) {
    if (spectrum.level_db(column, row) > spectrum.level_db(column, loudest)) loudest = row;
  }
  return loudest;
}

double row_of(double hz) {
  return kRows * std::log(hz / 30.0) / std::log(20000.0 / 30.0);
}

}  // namespace

TEST_CASE("The bins of a sine of full scale sum to one", "[drawing]") {
  for (const std::size_t window : {1000U, 1024U}) {
    for (const double bin : {10.0, 33.3, 200.5}) {
      PowerSpectrum spectrum(window, 2048);
      const AudioClip tone = sine_clip(2048, 1, window, bin, 1.0);
      double sum = 0.0;
      for (const double power : spectrum.of(tone.samples)) sum += power;
      CHECK(sum == Approx(1.0).margin(0.01));
    }
  }
}

TEST_CASE("The transform finds a sine in its bin", "[drawing]") {
  PowerSpectrum spectrum(512, 512);
  const auto power = spectrum.of(sine_clip(512, 1, 512, 37.0, 0.5).samples);
  CHECK(std::max_element(power.begin(), power.end()) - power.begin() == 37);
  CHECK(power[37] / power[36] == Approx(4.0).epsilon(0.001));  // The shape of a Hann window
  CHECK(power[60] < 1e-12);
}

TEST_CASE("A tone is drawn at its pitch and at its level, in every window", "[drawing]") {
  for (const int rate : {44100, 48000, 192000}) {
    for (const double hz : {60.0, 220.0, 440.0, 1000.0, 5000.0, 15000.0}) {
      INFO(hz << " Hz at " << rate);
      const Spectrogram spectrum =
          spectrogram_of(sine_clip(rate, 2, static_cast<std::size_t>(rate), hz, 0.1));
      const int row = loudest_row(spectrum, 20);
      CHECK(row + 0.5 == Approx(row_of(hz)).margin(4.0));
      // The lower the band, the narrower it is against what the window resolves.
      const double margin_db = hz < 300 ? 6.0 : hz < 3000 ? 2.0 : 0.5;
      CHECK(spectrum.level_db(20, row) == Approx(-20.0).margin(margin_db));
    }
  }
}

TEST_CASE("The lowest and the highest bin are told apart", "[drawing]") {
  PowerSpectrum spectrum(64, 128);
  std::vector<float> samples(64, 1.0F);
  const auto constant = spectrum.of(samples);
  const std::vector<double> lowest(constant.begin(), constant.end());
  for (std::size_t i = 1; i < samples.size(); i += 2) samples[i] = -1.0F;
  const auto highest = spectrum.of(samples);
  CHECK(lowest[0] > 0.1);
  CHECK(highest[0] < 1e-9);
  // Alternating samples are the mirror image of constant ones.
  for (std::size_t bin = 0; bin <= 64; ++bin) {
    CHECK(highest[64 - bin] == Approx(lowest[bin]).margin(1e-12));
  }
}

TEST_CASE("A click is drawn at its time, high and low", "[drawing]") {
  AudioClip clip{48000, 1, std::vector<float>(48000)};
  clip.samples[36000] = 1.0F;
  const Spectrogram spectrum = spectrogram_of(clip, 400);
  for (const double hz : {100.0, 8000.0}) {
    const int row = static_cast<int>(row_of(hz));
    int loudest = 0;
    for (int column = 1; column < 400; ++column) {
      if (spectrum.level_db(column, row) > spectrum.level_db(loudest, row)) loudest = column;
    }
    INFO(hz << " Hz");
    CHECK(loudest == Approx(300).margin(2));
    CHECK(spectrum.level_db(50, row) < -140.0F);
  }
}

TEST_CASE("The shortest clip and silence have a spectrogram of silence", "[drawing]") {
  const Spectrogram silence = spectrogram_of(AudioClip{48000, 2, std::vector<float>(4800)});
  CHECK(*std::max_element(silence.levels_db.begin(), silence.levels_db.end()) == kSilenceDb);
  CHECK(spectrogram_of(AudioClip{8000, 1, {0.5F}}).levels_db.size() == 40U * kRows);
}
