// SPDX-License-Identifier: Apache-2.0
// Apart from the reader, so that who only reads does not link libcrypto.
#include <cstddef>
#include <span>

#include "generator/audio/wav_layout.hpp"
#include "generator/audio/wav_reader.hpp"
#include "generator/digest/sha256.hpp"

namespace dgx {

Result<std::string> wav_audio_sha256(int fd) {
  const Result<WavLayout> layout = parse_wav(fd);
  if (!layout) return layout.error();
  Sha256 digest;
  const Status read = for_each_data_block(
      fd, *layout,
      [&digest](std::span<const std::uint8_t> bytes) { digest.update(std::as_bytes(bytes)); });
  if (!read) return read.error();
  return digest.hex_digest();
}

}  // namespace dgx
