// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "generator/audio/wav_reader.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// What parsing found in a WAV file: its header, and where its samples are.
struct WavLayout {
  WavInfo info{};
  std::uint64_t data_offset = 0;
  std::uint64_t data_bytes = 0;
};

/// Reads exactly bytes.size() bytes at `offset`; a file that ends earlier is ErrorCode::kCorrupt.
Status read_fully(int fd, std::uint64_t offset, std::span<std::uint8_t> bytes);

/// Walks the chunks of a RIFF/WAVE file and refuses what read_wav_info() promises to refuse. The
/// bytes are not trusted: every size is checked against the file's real size before it is used.
Result<WavLayout> parse_wav(int fd);

/// Calls `use` with the data chunk, in pieces that hold whole samples.
Status for_each_data_block(int fd, const WavLayout& layout,
                           const std::function<void(std::span<const std::uint8_t>)>& use);

}  // namespace dgx
