// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/engine_frames.hpp"

#include <bit>
#include <cstring>

namespace dgx::protocol {
namespace {

static_assert(std::endian::native == std::endian::little, "the wire format is little endian");

constexpr std::size_t kLengthBytes = 4;
enum class FrameType : std::uint8_t { kJson = 1, kAudio = 2, kBytes = 3 };
constexpr std::size_t kAudioHeaderBytes = 4 + 8 + 2 + 4;

class ByteWriter {
 public:
  ByteWriter(FrameType type, std::size_t payload_bytes) {
    bytes_.reserve(kLengthBytes + 1 + payload_bytes);
    put(static_cast<std::uint32_t>(1 + payload_bytes));
    put(static_cast<std::uint8_t>(type));
  }
  template <typename T>
  void put(T value) {
    append(&value, sizeof value);
  }
  void append(const void* data, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + count);
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

template <typename T>
T get(std::span<const std::byte>& bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes = bytes.subspan(sizeof value);
  return value;
}

Error corrupt(const std::string& what) {
  return {ErrorCode::kCorrupt, "the engine's stream is damaged: " + what};
}

Result<EngineFrame> decode_audio(std::span<const std::byte> payload) {
  if (payload.size() < kAudioHeaderBytes) {
    return corrupt("an audio frame needs 18 bytes, got " + std::to_string(payload.size()));
  }
  AudioFrame frame;
  frame.stream = get<std::uint32_t>(payload);
  frame.frame_offset = get<std::uint64_t>(payload);
  frame.channels = get<std::uint16_t>(payload);
  frame.sample_rate = get<std::uint32_t>(payload);
  const std::size_t frame_bytes = frame.channels * sizeof(float);
  if (frame.channels < 1 || frame.channels > 2 || payload.size() % frame_bytes != 0) {
    return corrupt("audio of " + std::to_string(frame.channels) + " channels in " +
                   std::to_string(payload.size()) + " bytes");
  }
  frame.samples.resize(payload.size() / sizeof(float));
  if (!payload.empty()) std::memcpy(frame.samples.data(), payload.data(), payload.size());
  return EngineFrame(std::move(frame));
}

Result<EngineFrame> decode_bytes(std::span<const std::byte> payload) {
  if (payload.size() < sizeof(std::uint32_t)) {
    return corrupt("a file frame needs 4 bytes, got " + std::to_string(payload.size()));
  }
  BytesFrame frame;
  frame.stream = get<std::uint32_t>(payload);
  frame.bytes.resize(payload.size());
  if (!payload.empty()) std::memcpy(frame.bytes.data(), payload.data(), payload.size());
  return EngineFrame(std::move(frame));
}

Result<EngineFrame> decode(std::uint8_t type, std::span<const std::byte> payload) {
  switch (static_cast<FrameType>(type)) {
    case FrameType::kJson: {
      JsonFrame frame;
      frame.json.resize(payload.size());
      if (!payload.empty()) std::memcpy(frame.json.data(), payload.data(), payload.size());
      return EngineFrame(std::move(frame));
    }
    case FrameType::kAudio:
      return decode_audio(payload);
    case FrameType::kBytes:
      return decode_bytes(payload);
  }
  return corrupt("frame types are 1 to 3, got " + std::to_string(type));
}

struct Encoder {
  std::vector<std::byte> operator()(const JsonFrame& frame) const {
    ByteWriter writer(FrameType::kJson, frame.json.size());
    writer.append(frame.json.data(), frame.json.size());
    return writer.take();
  }
  std::vector<std::byte> operator()(const AudioFrame& frame) const {
    return encode_audio_frame(frame.stream, frame.frame_offset, frame.channels, frame.sample_rate,
                              frame.samples);
  }
  std::vector<std::byte> operator()(const BytesFrame& frame) const {
    ByteWriter writer(FrameType::kBytes, sizeof frame.stream + frame.bytes.size());
    writer.put(frame.stream);
    writer.append(frame.bytes.data(), frame.bytes.size());
    return writer.take();
  }
};

}  // namespace

std::vector<std::byte> encode_frame(const EngineFrame& frame) {
  return std::visit(Encoder{}, frame);
}

std::vector<std::byte> encode_audio_frame(std::uint32_t stream, std::uint64_t frame_offset,
                                          std::uint16_t channels, std::uint32_t sample_rate,
                                          std::span<const float> samples) {
  ByteWriter writer(FrameType::kAudio, kAudioHeaderBytes + samples.size_bytes());
  writer.put(stream);
  writer.put(frame_offset);
  writer.put(channels);
  writer.put(sample_rate);
  writer.append(samples.data(), samples.size_bytes());
  return writer.take();
}

void FrameReader::append(std::span<const std::byte> bytes) {
  if (consumed_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<EngineFrame>> FrameReader::next() {
  auto rest = std::span<const std::byte>(buffer_).subspan(consumed_);
  if (rest.size() < kLengthBytes) return std::optional<EngineFrame>{};
  const auto length = get<std::uint32_t>(rest);
  if (length < 1 || length > kLongestFrame) {
    return corrupt("a frame has 1 to " + std::to_string(kLongestFrame) + " bytes, got " +
                   std::to_string(length));
  }
  if (rest.size() < length) return std::optional<EngineFrame>{};
  auto payload = rest.first(length);
  const auto type = get<std::uint8_t>(payload);
  auto frame = decode(type, payload);
  if (!frame) return std::move(frame).error();
  consumed_ += kLengthBytes + length;
  return std::optional<EngineFrame>(*std::move(frame));
}

}  // namespace dgx::protocol
