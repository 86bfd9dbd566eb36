// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

// Private to the tokenizer: the protobuf wire format, field by field
// (https://protobuf.dev/programming-guides/encoding/).
namespace dgx::musicgen {

struct ProtobufField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;   ///< Of a varint or a fixed number; its bits
  std::string_view bytes{};  ///< Of a length-delimited field; a part of the message
  int wire_type = 0;         ///< 0 varint, 1 fixed 64 bits, 2 length-delimited, 5 fixed 32 bits
};

/// Walks the fields of one message. Keeps a view of it.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view message) : rest_(message) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  /// Failure: kCorrupt for a message that ends within a field, a number of more than 64 bits, and
  /// groups, which no message here has.
  Result<ProtobufField> next();

 private:
  Result<std::uint64_t> varint();
  Result<std::uint64_t> fixed(std::size_t bytes);

  std::string_view rest_;
};

/// Appends fields to a message.
class ProtobufWriter {
 public:
  void varint(std::uint32_t number, std::uint64_t value);
  void fixed32(std::uint32_t number, std::uint32_t value);
  void bytes(std::uint32_t number, std::string_view bytes);
  [[nodiscard]] const std::string& message() const { return message_; }
  std::string take() { return std::move(message_); }

 private:
  void append(std::uint64_t value);

  std::string message_{};
};

}  // namespace dgx::musicgen
