// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/protobuf_fields.hpp"

#include <utility>

namespace dgx::musicgen {
namespace {

Error ends_early() {
  return {ErrorCode::kCorrupt, "a field goes past the end of its message"};
}

}  // namespace

Result<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return ends_early();
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    // Of the tenth byte only one bit is left.
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return Error{ErrorCode::kCorrupt, "a number of more than 64 bits"};
}

Result<std::uint64_t> ProtobufReader::fixed(std::size_t bytes) {
  if (rest_.size() < bytes) return ends_early();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(bytes);
  return value;
}

Result<ProtobufField> ProtobufReader::next() {
  const Result<std::uint64_t> tag = varint();
  if (!tag) return tag.error();
  ProtobufField field;
  field.wire_type = static_cast<int>(*tag & 7U);
  if (*tag >> 3U == 0 || *tag >> 3U > 0x1FFFFFFF) {
    return Error{ErrorCode::kCorrupt, "a field must have a number from 1 to 2^29 - 1, got " +
                                          std::to_string(*tag >> 3U)};
  }
  field.number = static_cast<std::uint32_t>(*tag >> 3U);
  Result<std::uint64_t> value = Error{
      ErrorCode::kCorrupt, "no field here has the wire type " + std::to_string(field.wire_type)};
  if (field.wire_type == 0 || field.wire_type == 2) value = varint();
  if (field.wire_type == 1) value = fixed(8);
  if (field.wire_type == 5) value = fixed(4);
  if (!value) return value.error();
  field.value = *value;
  if (field.wire_type == 2) {
    if (*value > rest_.size()) return ends_early();
    field.bytes = rest_.substr(0, static_cast<std::size_t>(*value));
    rest_.remove_prefix(field.bytes.size());
  }
  return field;
}

void ProtobufWriter::append(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) {
    message_ += static_cast<char>(static_cast<std::uint8_t>((value & 0x7FU) | 0x80U));
  }
  message_ += static_cast<char>(static_cast<std::uint8_t>(value));
}

void ProtobufWriter::varint(std::uint32_t number, std::uint64_t value) {
  append(std::uint64_t{number} << 3U);
  append(value);
}

void ProtobufWriter::fixed32(std::uint32_t number, std::uint32_t value) {
  append((std::uint64_t{number} << 3U) | 5U);
  for (int shift = 0; shift < 32; shift += 8) {
    message_ += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
  }
}

void ProtobufWriter::bytes(std::uint32_t number, std::string_view bytes) {
  append((std::uint64_t{number} << 3U) | 2U);
  append(bytes.size());
  message_ += bytes;
}

}  // namespace dgx::musicgen
