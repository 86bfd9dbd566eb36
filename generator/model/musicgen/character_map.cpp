// SPDX-License-Identifier: Apache-2.0
// Layout: sentencepiece src/normalizer.cc (DecodePrecompiledCharsMap, NormalizePrefix) and
// third_party/darts_clone/darts.h (DoubleArrayUnit, commonPrefixSearch), both of 0.1.97.
#include "generator/model/musicgen/character_map.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace dgx::musicgen {
namespace {

constexpr int kMostPrefixes = 32;  // Normalizer::kMaxTrieResultsSize
constexpr std::size_t kUnitBytes = 4;
constexpr std::size_t kBytesValues = 256;

Error corrupt(const std::string& reason) {
  return {ErrorCode::kCorrupt, "its character map " + reason};
}

std::uint32_t u32_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kUnitBytes; ++i) {
    value |= std::uint32_t{static_cast<std::uint8_t>(bytes[offset + i])} << (8 * i);
  }
  return value;
}

/// One unit of the double array.
struct Unit {
  std::uint32_t bits;

  [[nodiscard]] bool has_leaf() const { return ((bits >> 8U) & 1U) == 1; }
  [[nodiscard]] std::uint32_t value() const { return bits & 0x7FFFFFFFU; }
  [[nodiscard]] std::uint32_t label() const { return bits & 0x800000FFU; }
  [[nodiscard]] std::uint32_t offset() const { return (bits >> 10U) << ((bits & 0x200U) >> 6U); }
};

/// Visits every unit that some input reaches, depth first, without recursion: the array may be as
/// deep as it is long. Units are shared by several paths (it is a DAWG), so that each is left only
/// once, with the most prefixes that any input finds from there on.
class Walk {
 public:
  Walk(std::string_view array, std::size_t text_bytes)
      : array_(array), unit_count_(array.size() / kUnitBytes), text_bytes_(text_bytes) {
    prefixes_.assign(unit_count_, kNotSeen);
  }

  Status run() {
    if (Status entered = enter(0); !entered) return entered;
    while (!path_.empty()) {
      if (Status moved = step(); !moved) return moved;
    }
    return ok();
  }

 private:
  struct Place {
    std::uint32_t unit;
    std::uint16_t next_byte;
    std::int8_t most_below;
  };
  static constexpr std::int8_t kNotSeen = -1;
  static constexpr std::int8_t kOnPath = -2;

  [[nodiscard]] Unit unit(std::size_t index) const { return {u32_at(array_, index * kUnitBytes)}; }

  Status enter(std::uint32_t index) {
    const Unit here = unit(index);
    const std::uint32_t base = index ^ here.offset();
    // The library reads the unit of any byte before it compares the label.
    if ((base | 0xFFU) >= unit_count_) return corrupt("leads out of its array");
    if (here.has_leaf() && unit(base).value() >= text_bytes_) {
      return corrupt("leads out of its text");
    }
    prefixes_[index] = kOnPath;
    path_.push_back({index, 0, 0});
    return ok();
  }

  Status step() {
    Place& place = path_.back();
    const std::uint32_t base = place.unit ^ unit(place.unit).offset();
    for (; place.next_byte < kBytesValues; ++place.next_byte) {
      const std::uint32_t child = base ^ place.next_byte;
      if (unit(child).label() != place.next_byte) continue;
      const std::int8_t below = prefixes_[child];
      if (below == kOnPath) return corrupt("leads in a circle");
      if (below == kNotSeen) return enter(child);  // And back here, to find it seen.
      place.most_below = std::max(place.most_below, below);
    }
    return leave();
  }

  Status leave() {
    const Place place = path_.back();
    path_.pop_back();
    // The root's own leaf would be the empty prefix, which the library does not ask for.
    const bool counts = !path_.empty() && unit(place.unit).has_leaf();
    const int prefixes = place.most_below + (counts ? 1 : 0);
    if (prefixes > kMostPrefixes) {
      return corrupt("may have " + std::to_string(kMostPrefixes) + " prefixes of one input, got " +
                     std::to_string(prefixes));
    }
    prefixes_[place.unit] = static_cast<std::int8_t>(prefixes);
    return ok();
  }

  std::string_view array_;
  std::size_t unit_count_;
  std::size_t text_bytes_;
  std::vector<std::int8_t> prefixes_{};  ///< Of a unit that was left; or one of the two marks
  std::vector<Place> path_{};
};

}  // namespace

Status check_character_map(std::string_view map) {
  if (map.empty()) return ok();
  if (map.size() <= kUnitBytes) return corrupt("is too short");
  const std::size_t array_bytes = u32_at(map, 0);
  const std::size_t rest = map.size() - kUnitBytes;
  if (array_bytes >= rest || array_bytes % kUnitBytes != 0 || array_bytes == 0) {
    return corrupt("must hold its array and a text, got " + std::to_string(array_bytes) + " of " +
                   std::to_string(rest) + " bytes for the array");
  }
  const std::string_view text = map.substr(kUnitBytes + array_bytes);
  // Each replacement ends with a zero byte; the last one ends the text.
  if (text.back() != '\0') return corrupt("must end its text with a zero byte");
  return Walk(map.substr(kUnitBytes, array_bytes), text.size()).run();
}

}  // namespace dgx::musicgen
