// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dgx {

/// Appends the little-endian fields that RIFF is made of.
class RiffBytes {
 public:
  void u16(std::uint32_t value) { little_endian(value, 2); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
  void text(std::string_view bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void zeros(std::size_t count) { bytes_.insert(bytes_.end(), count, std::uint8_t{0}); }
  /// `bytes` and zeros up to `width`. `bytes` must not be longer.
  void padded_text(std::string_view bytes, std::size_t width) {
    text(bytes);
    zeros(width - bytes.size());
  }
  /// A whole chunk: name, size, body, and the pad byte of an odd size.
  void chunk(std::string_view name, const RiffBytes& body) {
    text(name);
    u32(static_cast<std::uint32_t>(body.size()));
    append(body);
    zeros(body.size() % 2);
  }
  void append(const RiffBytes& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  void little_endian(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  std::vector<std::uint8_t> bytes_{};
};

/// The little-endian number in bytes[offset, offset + count); the caller has checked the range.
inline std::uint32_t little_endian_at(std::span<const std::uint8_t> bytes, std::size_t offset,
                                      std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint32_t{bytes[offset + i]} << (8 * i);
  return value;
}

}  // namespace dgx
