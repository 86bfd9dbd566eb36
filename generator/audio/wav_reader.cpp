// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <span>
#include <system_error>
#include <vector>

#include "generator/audio/riff_bytes.hpp"
#include "generator/audio/wav_header.hpp"
#include "generator/audio/wav_layout.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx {
namespace {

// 1 GiB of floats. A sparse file claims any size for nothing; five minutes at 192 kHz need half.
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 28U;

float decode(std::span<const std::uint8_t> bytes, std::size_t offset, SampleFormat format) {
  switch (format) {
    case SampleFormat::kPcm16: {
      const auto code = static_cast<std::int16_t>(little_endian_at(bytes, offset, 2));
      return static_cast<float>(code) * 0x1p-15F;
    }
    case SampleFormat::kPcm24: {
      // The 24 bits go to the top of the word, so that the shift back carries the sign.
      const auto word = static_cast<std::int32_t>(little_endian_at(bytes, offset, 3) << 8U);
      return static_cast<float>(word >> 8) * 0x1p-23F;
    }
    case SampleFormat::kFloat32:
      break;
  }
  return std::bit_cast<float>(little_endian_at(bytes, offset, 4));
}

Status check_finite(const std::vector<float>& samples) {
  const auto bad = std::find_if_not(samples.begin(), samples.end(),
                                    [](float sample) { return std::isfinite(sample); });
  if (bad == samples.end()) return ok();
  return Error{ErrorCode::kCorrupt,
               "every sample of a WAV file must be a finite number, got " + std::to_string(*bad) +
                   " at sample " + std::to_string(bad - samples.begin()),
               {}};
}

}  // namespace

Result<WavInfo> read_wav_info(int fd) {
  Result<WavLayout> layout = parse_wav(fd);
  if (!layout) return layout.error();
  return std::move(layout->info);
}

Result<AudioClip> read_wav(int fd) {
  const Result<WavLayout> layout = parse_wav(fd);
  if (!layout) return layout.error();
  const SampleFormat format = layout->info.format;
  const auto sample_bytes = static_cast<std::size_t>(bytes_per_sample(format));
  const std::uint64_t sample_count = layout->data_bytes / sample_bytes;
  if (sample_count > kMostSamples) {
    return Error{ErrorCode::kInvalidArgument,
                 "a WAV file may have " + std::to_string(kMostSamples) + " samples, got " +
                     std::to_string(sample_count),
                 {}};
  }

  AudioClip clip{layout->info.sample_rate, layout->info.channels, {}};
  clip.samples.reserve(static_cast<std::size_t>(sample_count));
  const Status read = for_each_data_block(fd, *layout, [&](std::span<const std::uint8_t> bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += sample_bytes) {
      clip.samples.push_back(decode(bytes, at, format));
    }
  });
  if (!read) return read.error();
  if (const Status checked = check_finite(clip.samples); !checked) return checked.error();
  return clip;
}

Result<AudioClip> read_wav(const std::filesystem::path& path) {
  // Non-blocking, so that a FIFO is refused by its kind and not waited for.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) {
    const int error_number = errno;
    return Error{
        error_number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
        "cannot open '" + path.string() + "': " + std::generic_category().message(error_number),
        {}};
  }
  Result<AudioClip> clip = read_wav(fd.get());
  if (!clip) {
    Error error = clip.error();
    error.message = "cannot read '" + path.string() + "': " + error.message;
    return error;
  }
  return clip;
}

}  // namespace dgx
