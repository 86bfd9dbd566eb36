// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/engine_frames.hpp"

#include "generator/base/philox.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

void require_corrupt(const std::vector<std::byte>& bytes) {
  FrameReader reader;
  reader.append(bytes);
  const auto frame = reader.next();
  REQUIRE_FALSE(frame);
  CHECK(frame.error().code == dgx::ErrorCode::kCorrupt);
}

}  // namespace

TEST_CASE("A JSON frame has the bytes that the design draws", "[protocol]") {
  CHECK(encode_frame(JsonFrame{"{}"}) == bytes_of({3, 0, 0, 0, 1, '{', '}'}));
}

TEST_CASE("An audio frame has the bytes that the design draws", "[protocol]") {
  const AudioFrame frame{7, 0x0102030405060708, 2, 48000, {1.0F, -2.0F}};
  CHECK(encode_frame(frame) ==
        bytes_of({27, 0, 0, 0,    2,    7, 0, 0, 0, 8,    7,    6, 5, 4, 3,   2,
                  1,  2, 0, 0x80, 0xBB, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0}));
}

TEST_CASE("Frames arrive whole however the bytes are cut", "[protocol]") {
  std::vector<std::byte> stream;
  for (const EngineFrame& frame :
       {EngineFrame(JsonFrame{"{\"type\":\"hello\"}"}),
        EngineFrame(AudioFrame{1, 0, 2, 44100, {0.5F, 0.25F}}),
        EngineFrame(BytesFrame{3, {0x4D, 0x54}}), EngineFrame(AudioFrame{1, 1, 1, 44100, {}})}) {
    const auto bytes = encode_frame(frame);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
  }
  dgx::RandomStream random(1, 0);
  for (int round = 0; round < 200; ++round) {
    FrameReader reader;
    std::vector<std::size_t> kinds;
    for (std::size_t position = 0; position < stream.size();) {
      const std::size_t count =
          std::min<std::size_t>(1 + random.below(9), stream.size() - position);
      reader.append(std::span(stream).subspan(position, count));
      position += count;
      for (auto frame = reader.next();; frame = reader.next()) {
        REQUIRE_OK(frame);
        if (!*frame) break;
        kinds.push_back((*frame)->index());
      }
    }
    REQUIRE(kinds == std::vector<std::size_t>{0, 1, 2, 1});
  }
}

TEST_CASE("A frame that lies about itself is refused", "[protocol]") {
  require_corrupt(bytes_of({0, 0, 0, 0, 1}));  // no type
  require_corrupt(bytes_of({1, 0, 0, 1, 1}));  // 16 MiB and one byte
  require_corrupt(bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 1}));
  require_corrupt(bytes_of({1, 0, 0, 0, 0}));  // unknown types
  require_corrupt(bytes_of({1, 0, 0, 0, 4}));
  require_corrupt(bytes_of({5, 0, 0, 0, 2, 1, 2, 3, 4}));  // half an audio header
  require_corrupt(bytes_of({3, 0, 0, 0, 3, 1, 2}));        // half a stream number
  auto audio = encode_frame(AudioFrame{0, 0, 2, 48000, {1, 2}});
  audio[17] = std::byte{3};  // three channels
  require_corrupt(audio);
  audio[17] = std::byte{0};
  require_corrupt(audio);
  require_corrupt(encode_frame(AudioFrame{0, 0, 2, 48000, {1, 2, 3}}));  // half a frame of audio
}
