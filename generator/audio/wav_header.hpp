// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "generator/audio/riff_bytes.hpp"
#include "generator/audio/wav_writer.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// Bytes of one sample on disk.
constexpr int bytes_per_sample(SampleFormat format) {
  switch (format) {
    case SampleFormat::kPcm16:
      return 2;
    case SampleFormat::kPcm24:
      return 3;
    case SampleFormat::kFloat32:
      break;
  }
  return 4;
}

/// What the header has to know of the audio.
struct WavShape {
  int sample_rate = 0;
  int channels = 0;
  std::uint64_t frame_count = 0;
  SampleFormat format = SampleFormat::kPcm24;

  [[nodiscard]] std::uint64_t data_bytes() const {
    return frame_count * static_cast<std::uint64_t>(channels * bytes_per_sample(format));
  }
};

/// Everything before the first sample: RIFF, fmt, fact, bext, iXML, acid, smpl and the head of
/// data. Fails where a field does not fit its place, or the file would pass RIFF's 4 GiB.
Result<RiffBytes> wav_header(const WavShape& shape, const WavMetadata& metadata);

}  // namespace dgx
