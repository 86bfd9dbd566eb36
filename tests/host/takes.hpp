// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <stdexcept>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/philox.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx::test {

/// Stereo noise in +-0.5, another on each side: every frame is found again by its samples.
inline AudioClip noise_take(std::uint64_t seed, std::size_t frames, int rate = 48000) {
  RandomStream random(seed, 0);
  AudioClip clip{rate, 2, {}};
  for (std::size_t i = 0; i < 2 * frames; ++i) {
    clip.samples.push_back(static_cast<float>(random.uniform() - 0.5));
  }
  return clip;
}

inline std::filesystem::path write_take(const std::filesystem::path& file, const AudioClip& clip,
                                        const WavMetadata& metadata = {}) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!write_wav(fd.get(), clip, SampleFormat::kFloat32, metadata, 0)) {
    throw std::runtime_error("cannot write " + file.string());
  }
  return file;
}

/// The tempo of a take of whole bars.
inline WavMetadata in_tempo(double bpm, int quarters, int numerator = 4, int denominator = 4) {
  WavMetadata metadata;
  metadata.bpm = bpm;
  metadata.beats = quarters;
  metadata.meter_numerator = numerator;
  metadata.meter_denominator = denominator;
  return metadata;
}

}  // namespace dgx::test
