// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_writer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <system_error>
#include <vector>

#include "generator/audio/quantize.hpp"
#include "generator/audio/wav_header.hpp"

namespace dgx {
namespace {

Error system_error(const std::string& what, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Error{full ? ErrorCode::kDiskFull : ErrorCode::kIo,
               what + ": " + std::generic_category().message(error_number),
               {}};
}

Status check_clip(const AudioClip& clip, SampleFormat format, Range range) {
  const auto refuse = [](const std::string& message) {
    return Error{ErrorCode::kInvalidArgument, message, {}};
  };
  if (clip.channels != 1 && clip.channels != 2) {
    return refuse("a WAV file must have 1 or 2 channels, got " + std::to_string(clip.channels));
  }
  if (clip.sample_rate <= 0) {
    return refuse("sample rate must be above 0, got " + std::to_string(clip.sample_rate));
  }
  if (clip.samples.empty()) return refuse("a WAV file needs at least 1 frame, got 0");
  if (clip.samples.size() % static_cast<std::size_t>(clip.channels) != 0) {
    return refuse("samples must be whole frames of " + std::to_string(clip.channels) +
                  " channels, got " + std::to_string(clip.samples.size()) + " samples");
  }
  const bool any = range == Range::kAny && format == SampleFormat::kFloat32;
  const float largest = any ? std::numeric_limits<float>::max() : 1.0F;
  // Written so that NaN fails the comparison.
  const auto beyond =
      std::find_if_not(clip.samples.begin(), clip.samples.end(),
                       [largest](float sample) { return std::abs(sample) <= largest; });
  if (beyond != clip.samples.end()) {
    return refuse("every sample must be " + std::string(any ? "finite" : "-1 to 1") + ", got " +
                  std::to_string(*beyond) + " at sample " +
                  std::to_string(beyond - clip.samples.begin()));
  }
  return ok();
}

Status check_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error("cannot look at the WAV file", errno);
  if (status.st_size != 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "a WAV file is written to an empty file only, got one of " +
                     std::to_string(status.st_size) + " bytes",
                 {}};
  }
  return ok();
}

/// Bytes to one file, in order; the first failure is the answer of the call it happened in.
class FileWriter {
 public:
  explicit FileWriter(int fd) : fd_(fd) {}

  Status write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ::ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), offset_);
      if (written < 0 && errno == EINTR) continue;
      // A call that takes nothing and reports nothing would repeat for ever.
      if (written <= 0) {
        return system_error("writing the WAV file failed at byte " + std::to_string(offset_),
                            written < 0 ? errno : EIO);
      }
      offset_ += written;
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return ok();
  }

 private:
  int fd_;
  ::off_t offset_ = 0;
};

/// Turns samples into the bytes of the data chunk.
class SampleEncoder {
 public:
  SampleEncoder(SampleFormat format, std::uint64_t dither_seed)
      : format_(format), dither_seed_(dither_seed) {}

  void append(float sample, std::uint64_t sample_index, std::vector<std::uint8_t>& bytes) const {
    const int count = bytes_per_sample(format_);
    const std::uint32_t word = encode(sample, sample_index);
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
  }

 private:
  [[nodiscard]] std::uint32_t encode(float sample, std::uint64_t sample_index) const {
    if (format_ == SampleFormat::kFloat32) return std::bit_cast<std::uint32_t>(sample);
    const double dither = tpdf_dither(dither_seed_, sample_index);
    return static_cast<std::uint32_t>(quantize(sample, 8 * bytes_per_sample(format_), dither));
  }

  SampleFormat format_;
  std::uint64_t dither_seed_;
};

Status write_samples(FileWriter& file, const AudioClip& clip, const SampleEncoder& encoder) {
  constexpr std::size_t kSamplesPerBlock = 65536;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(kSamplesPerBlock * sizeof(float));
  for (std::size_t start = 0; start < clip.samples.size(); start += kSamplesPerBlock) {
    const std::size_t end = std::min(clip.samples.size(), start + kSamplesPerBlock);
    bytes.clear();
    for (std::size_t i = start; i < end; ++i) encoder.append(clip.samples[i], i, bytes);
    if (Status written = file.write(bytes); !written) return written;
  }
  return ok();
}

}  // namespace

Status write_wav(int fd, const AudioClip& clip, SampleFormat format, const WavMetadata& metadata,
                 std::uint64_t dither_seed, Range range) {
  if (Status checked = check_clip(clip, format, range); !checked) return checked;
  if (Status checked = check_file(fd); !checked) return checked;
  const WavShape shape{clip.sample_rate, clip.channels, clip.frame_count(), format};
  const Result<RiffBytes> header = wav_header(shape, metadata);
  if (!header) return header.error();

  FileWriter file(fd);
  if (Status written = file.write(header->bytes()); !written) return written;
  if (Status written = write_samples(file, clip, SampleEncoder(format, dither_seed)); !written) {
    return written;
  }
  if (shape.data_bytes() % 2 == 0) return ok();
  constexpr std::uint8_t kPad[] = {0};
  return file.write(kPad);
}

}  // namespace dgx
