// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "generator/model/musicgen/protobuf_fields.hpp"

// SentencePiece models written field by field, right or wrong as a test wants them.
namespace dgx::test {

struct WrittenPiece {
  std::string text;
  float score = 0.0F;
  std::uint64_t type = 1;  ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
};

inline std::vector<WrittenPiece> smallest_pieces() {
  return {{"<pad>", 0.0F, 3},   {"</s>", 0.0F, 3}, {"<unk>", 0.0F, 2},
          {"\u2581", -2.0F, 1}, {"a", -1.0F, 1},   {"b", -1.5F, 1}};
}

inline std::string written_piece_model(const std::vector<WrittenPiece>& pieces,
                                       const std::string& character_map = "",
                                       std::uint64_t model_type = 1) {
  musicgen::ProtobufWriter model;
  for (const WrittenPiece& piece : pieces) {
    musicgen::ProtobufWriter message;
    message.bytes(1, piece.text);
    message.fixed32(2, std::bit_cast<std::uint32_t>(piece.score));
    message.varint(3, piece.type);
    model.bytes(1, message.message());
  }
  musicgen::ProtobufWriter trainer;
  trainer.varint(3, model_type);
  model.bytes(2, trainer.message());
  musicgen::ProtobufWriter normalizer;
  normalizer.bytes(2, character_map);
  model.bytes(3, normalizer.message());
  return model.take();
}

/// A double array unit by unit; all others are empty.
struct WrittenMap {
  std::map<std::size_t, std::uint32_t> units{};
  std::size_t unit_count = 768;
  std::string text{"b\0", 2};

  /// An inner unit at `index` whose children lie around `base`.
  void node(std::size_t index, std::uint32_t base, std::uint8_t label, bool leaf) {
    const auto offset = static_cast<std::uint32_t>(index) ^ base;
    units[index] = (offset << 10U) | (leaf ? 0x100U : 0U) | label;
  }
  void leaf(std::size_t index, std::uint32_t value) { units[index] = 0x80000000U | value; }

  [[nodiscard]] std::string bytes() const {
    std::string bytes;
    const auto append = [&bytes](std::uint32_t value) {
      for (int shift = 0; shift < 32; shift += 8) {
        bytes += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
      }
    };
    append(static_cast<std::uint32_t>(unit_count * 4));
    constexpr std::uint32_t kEmpty = 0x80000000U;  // The label of no byte
    for (std::size_t i = 0; i < unit_count; ++i) append(units.contains(i) ? units.at(i) : kEmpty);
    return bytes + text;
  }
};

/// Turns "A" into "b": the root's children lie at 256, and "A" has its leaf at 512.
inline WrittenMap smallest_map() {
  WrittenMap map;
  map.node(0, 256, 0, false);
  map.node(256 ^ 'A', 512, 'A', true);
  map.leaf(512, 0);
  return map;
}

}  // namespace dgx::test
