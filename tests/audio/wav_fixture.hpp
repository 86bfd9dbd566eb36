// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dgx::test {

using Bytes = std::vector<std::uint8_t>;

inline void put(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void patch(Bytes& bytes, std::size_t offset, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) {
    bytes[offset + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// A WAV file put together by hand, independently of the writer: what a test breaks on purpose.
struct WavFixture {
  std::uint32_t tag = 1;
  std::uint32_t channels = 2;
  std::uint32_t sample_rate = 48000;
  std::uint32_t bits = 16;
  Bytes format_extra{};  ///< Behind the 16 bytes of fmt
  Bytes before_data{};   ///< Whole chunks
  Bytes samples = Bytes(16, 0x11);

  [[nodiscard]] Bytes bytes() const {
    Bytes body;
    text(body, "WAVEfmt ");
    put(body, static_cast<std::uint32_t>(16 + format_extra.size()), 4);
    const std::uint32_t frame_bytes = channels * bits / 8;
    put(body, tag, 2);
    put(body, channels, 2);
    put(body, sample_rate, 4);
    put(body, sample_rate * frame_bytes, 4);
    put(body, frame_bytes, 2);
    put(body, bits, 2);
    body.insert(body.end(), format_extra.begin(), format_extra.end());
    body.insert(body.end(), before_data.begin(), before_data.end());
    chunk(body, "data", samples);
    Bytes file;
    text(file, "RIFF");
    put(file, static_cast<std::uint32_t>(body.size()), 4);
    file.insert(file.end(), body.begin(), body.end());
    return file;
  }

  static void text(Bytes& bytes, std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
  }
  static void chunk(Bytes& bytes, std::string_view name, const Bytes& body) {
    text(bytes, name);
    put(bytes, static_cast<std::uint32_t>(body.size()), 4);
    bytes.insert(bytes.end(), body.begin(), body.end());
    if (body.size() % 2 == 1) bytes.push_back(0);
  }
  /// cbSize, valid bits, speakers, GUID of `real_tag`.
  static Bytes extensible(std::uint32_t valid_bits, std::uint32_t real_tag) {
    Bytes extra;
    put(extra, 22, 2);
    put(extra, valid_bits, 2);
    put(extra, 3, 4);
    put(extra, real_tag, 2);
    for (const int byte :
         {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71}) {
      extra.push_back(static_cast<std::uint8_t>(byte));
    }
    return extra;
  }
};

}  // namespace dgx::test
