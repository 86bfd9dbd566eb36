// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/waveform_peaks.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using dgx::AudioClip;
using dgx::peaks;

TEST_CASE("A column has the lowest, the highest and the rms of its piece", "[audio]") {
  const AudioClip clip{8000, 1, {0.5F, -0.25F, 0.0F, 1.0F, 1.0F, 1.0F}};
  const auto columns = peaks(clip, 2);
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].min == -0.25F);
  CHECK(columns[0].max == 0.5F);
  CHECK(columns[0].rms == Approx(0.322749));
  CHECK(columns[1].min == 1.0F);
  CHECK(columns[1].rms == Approx(1.0));
}

TEST_CASE("A column covers every channel", "[audio]") {
  const AudioClip clip{8000, 2, {0.1F, -0.9F, 0.2F, 0.3F}};
  const auto columns = peaks(clip, 2);
  CHECK(columns[0].min == -0.9F);
  CHECK(columns[0].max == 0.1F);
  CHECK(columns[1].min == 0.2F);
}

TEST_CASE("Every frame is in exactly one column", "[audio]") {
  for (const std::size_t frames : {7U, 100U, 101U, 4801U}) {
    for (std::size_t spike = 0; spike < frames; ++spike) {
      AudioClip clip{48000, 1, std::vector<float>(frames)};
      clip.samples[spike] = 1.0F;
      int hits = 0;
      for (const auto& column : peaks(clip, 7)) hits += column.max == 1.0F ? 1 : 0;
      REQUIRE(hits == 1);
    }
  }
}

TEST_CASE("A clip with fewer frames than columns leaves no hole", "[audio]") {
  const AudioClip clip{8000, 1, {0.5F, 0.25F}};
  const auto columns = peaks(clip, 5);
  REQUIRE(columns.size() == 5);
  for (const auto& column : columns) CHECK(column.max > 0.0F);
  CHECK(columns.front().max == 0.5F);
  CHECK(columns.back().max == 0.25F);
}

TEST_CASE("Nothing to draw is drawn as silence", "[audio]") {
  CHECK(peaks(AudioClip{48000, 2, {}}, 3).size() == 3);
  CHECK(peaks(AudioClip{48000, 2, {}}, 3)[1].max == 0.0F);
  CHECK(peaks(AudioClip{48000, 1, {1.0F}}, 0).empty());
  CHECK(peaks(AudioClip{48000, 1, {1.0F}}, -4).empty());
  const AudioClip broken{48000, 1, {std::numeric_limits<float>::quiet_NaN(), 0.5F}};
  CHECK(peaks(broken, 1)[0].min == 0.0F);
  CHECK(peaks(broken, 1)[0].max == 0.5F);
}
