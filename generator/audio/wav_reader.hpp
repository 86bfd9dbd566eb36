// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "generator/audio/audio_clip.hpp"
#include "generator/audio/wav_writer.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// The tempo that an acid chunk tells.
struct WavTempo {
  double bpm = 0.0;  ///< Quarter notes a minute, 1 to 1000
  int beats = 0;     ///< Quarter notes of the whole file; 0 where bars are not known
  int meter_numerator = 4;
  int meter_denominator = 4;
};

/// What a WAV's header says.
struct WavInfo {
  int sample_rate = 0;
  int channels = 0;
  std::int64_t frame_count = 0;
  SampleFormat format = SampleFormat::kPcm24;
  std::string originator_reference{};  ///< From bext; empty without it
  std::string ixml{};
  std::optional<WavTempo> tempo{};
};

/// Reads PCM (16, 24 bit) and 32-bit float RIFF/WAVE; everything else is refused by name, as are
/// files whose sizes do not add up. `fd` stays the caller's and is read from its start.
Result<WavInfo> read_wav_info(int fd);
Result<AudioClip> read_wav(int fd);
Result<AudioClip> read_wav(const std::filesystem::path& path);

/// SHA-256 of the bytes of the data chunk: equal exactly where the samples are equal.
Result<std::string> wav_audio_sha256(int fd);

}  // namespace dgx
