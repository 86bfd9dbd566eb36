// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx {

enum class SampleFormat { kPcm16, kPcm24, kFloat32 };

/// Which samples may be written. Beyond full scale only kFloat32 can hold them.
enum class Range { kFullScale, kAny };

/// What a broadcast WAV says about itself beside the samples. Text is UTF-8.
struct WavMetadata {
  // bext, version 2 (EBU Tech 3285)
  std::string description{};           ///< At most 256 bytes; longer text is cut between characters
  std::string originator{};            ///< At most 32 bytes
  std::string originator_reference{};  ///< At most 32 bytes: the take's id
  std::string origination_date{};      ///< "2026-11-21"
  std::string origination_time{};      ///< "10:00:00"
  std::string coding_history{};
  std::optional<double> integrated_lufs{};
  std::optional<double> range_lu{};
  std::optional<double> true_peak_dbtp{};
  std::optional<double> short_term_max_lufs{};
  // iXML: written as given, a complete XML document; empty leaves the chunk out.
  std::string ixml{};
  // acid and smpl
  std::optional<double> bpm{};
  int beats = 0;  ///< Of the whole file; 0 where bars are not known
  int meter_numerator = 4;
  int meter_denominator = 4;
  std::optional<int> root_note{};  ///< MIDI note number
  bool loops = false;              ///< The end meets the start: smpl gets one loop, whole file
};

/// Writes a WAV file to `fd`, which has to be empty and writable, from its start: all chunks
/// before the first frame, then the samples. 16 and 24 bit get TPDF dither of one least
/// significant bit, drawn from (dither_seed, sample index), so that the same clip gives the same
/// bytes. Fails, with nothing promised about the file, where a write fails, a sample is beyond
/// full scale or not a number (nothing is ever clamped), or the clip is empty. The caller owns
/// `fd`, and does the fsync. A full disk is ErrorCode::kDiskFull.
Status write_wav(int fd, const AudioClip& clip, SampleFormat format, const WavMetadata& metadata,
                 std::uint64_t dither_seed, Range range = Range::kFullScale);

}  // namespace dgx
