// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "generator/audio/wav_reader.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// A nameless file with these bytes; one for the whole run.
int file_of(const std::uint8_t* data, std::size_t size) {
  static const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
  require(fd >= 0);
  require(::ftruncate(fd, 0) == 0);
  require(::pwrite(fd, data, size, 0) == static_cast<::ssize_t>(size));
  return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int fd = file_of(data, size);
  const auto info = dgx::read_wav_info(fd);
  const auto clip = dgx::read_wav(fd);
  const auto digest = dgx::wav_audio_sha256(fd);
  require(info.has_value() == digest.has_value());
  if (!clip) {
    require(!clip.error().message.empty());
    return 0;
  }
  require(info.has_value());
  require(clip->channels == info->channels && clip->sample_rate == info->sample_rate);
  require(clip->frame_count() == static_cast<std::size_t>(info->frame_count));
  require(clip->samples.size() <= size);
  for (const float sample : clip->samples) require(std::isfinite(sample));
  return 0;
}
