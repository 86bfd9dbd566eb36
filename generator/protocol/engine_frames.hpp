// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "generator/base/result.hpp"

// What travels between the service and the engine: u32 little-endian length of all that follows,
// u8 type, payload; at most 16 MiB (docs/adr/0005-engine-streams.md).
namespace dgx::protocol {

inline constexpr std::size_t kLongestFrame = std::size_t{16} << 20;
/// Audio is cut into frames of at most this many samples, so that a cancel never waits long.
inline constexpr std::size_t kSamplesPerAudioFrame = std::size_t{1} << 18;

/// Type 1: a message of engine_messages.hpp.
struct JsonFrame {
  std::string json{};
};

/// Type 2: u32 stream, u64 frame offset, u16 channels, u32 rate, float32 interleaved.
struct AudioFrame {
  std::uint32_t stream = 0;
  std::uint64_t frame_offset = 0;
  std::uint16_t channels = 0;
  std::uint32_t sample_rate = 0;
  std::vector<float> samples{};
};

/// Type 3: u32 stream, bytes: a whole file, such as the take's MIDI.
struct BytesFrame {
  std::uint32_t stream = 0;
  std::vector<std::uint8_t> bytes{};
};

using EngineFrame = std::variant<JsonFrame, AudioFrame, BytesFrame>;

std::vector<std::byte> encode_frame(const EngineFrame& frame);

/// Same bytes as encode_frame(AudioFrame{...}), without a copy of the samples before.
std::vector<std::byte> encode_audio_frame(std::uint32_t stream, std::uint64_t frame_offset,
                                          std::uint16_t channels, std::uint32_t sample_rate,
                                          std::span<const float> samples);

/// Collects bytes as they arrive and gives whole frames. Owned by whoever reads the socket.
class FrameReader {
 public:
  void append(std::span<const std::byte> bytes);

  /// The next whole frame; nothing while one is incomplete. A frame that is too long, too short,
  /// of an unknown type or inconsistent is kCorrupt, and the stream is of no further use.
  Result<std::optional<EngineFrame>> next();

 private:
  std::vector<std::byte> buffer_{};
  std::size_t consumed_ = 0;
};

}  // namespace dgx::protocol
