// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/chord_symbol.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace dgx::model::sketch {
namespace {

struct Suffix {
  std::string_view name;
  std::vector<int> major;
  std::vector<int> minor;
};

const std::vector<Suffix>& suffixes() {
  static const std::vector<Suffix> kSuffixes = {
      {"", {0, 4, 7}, {0, 3, 7}},
      {"5", {0, 7}, {0, 7}},
      {"6", {0, 4, 7, 9}, {0, 3, 7, 9}},
      {"7", {0, 4, 7, 10}, {0, 3, 7, 10}},
      {"9", {0, 4, 7, 10, 14}, {0, 3, 7, 10, 14}},
      {"11", {0, 7, 10, 14, 17}, {0, 3, 7, 10, 17}},
      {"13", {0, 4, 10, 14, 21}, {0, 3, 10, 14, 21}},
      {"maj7", {0, 4, 7, 11}, {0, 3, 7, 11}},
      {"maj9", {0, 4, 7, 11, 14}, {0, 3, 7, 11, 14}},
      {"add9", {0, 4, 7, 14}, {0, 3, 7, 14}},
      {"sus2", {0, 2, 7}, {0, 2, 7}},
      {"sus4", {0, 5, 7}, {0, 5, 7}},
      {"7sus4", {0, 5, 7, 10}, {0, 5, 7, 10}},
      {"dim", {0, 3, 6}, {0, 3, 6}},
      {"m7b5", {0, 3, 6, 10}, {0, 3, 6, 10}},
  };
  return kSuffixes;
}

constexpr std::array<std::string_view, 7> kNumerals = {"i", "ii", "iii", "iv", "v", "vi", "vii"};

}  // namespace

std::array<int, 7> scale_of(bool minor) {
  return minor ? std::array<int, 7>{0, 2, 3, 5, 7, 8, 10}
               : std::array<int, 7>{0, 2, 4, 5, 7, 9, 11};
}

std::optional<ChordSymbol> parse_chord_symbol(std::string_view text, bool minor) {
  ChordSymbol chord;
  chord.name = text;
  int shift = 0;
  if (!text.empty() && (text[0] == 'b' || text[0] == '#')) {
    shift = text[0] == 'b' ? 11 : 1;
    text.remove_prefix(1);
  }
  const std::size_t length = std::min(text.find_first_not_of("iIvV"), text.size());
  std::string numeral(text.substr(0, length));
  const bool upper = !numeral.empty() && numeral[0] < 'a';
  for (char& letter : numeral) {
    if ((letter < 'a') != upper) return std::nullopt;
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  const auto degree = std::find(kNumerals.begin(), kNumerals.end(), numeral);
  if (degree == kNumerals.end()) return std::nullopt;
  const std::string_view suffix_name = text.substr(length);
  for (const Suffix& suffix : suffixes()) {
    if (suffix.name != suffix_name) continue;
    const auto step = static_cast<std::size_t>(degree - kNumerals.begin());
    chord.semitones = (scale_of(minor)[step] + shift) % 12;
    chord.intervals = upper ? suffix.major : suffix.minor;
    return chord;
  }
  return std::nullopt;
}

std::optional<Progression> parse_progression(std::string_view text, bool minor,
                                             std::string& bad_chord) {
  Progression progression(1);
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word == "|") {
      progression.emplace_back();
      continue;
    }
    const auto chord = parse_chord_symbol(word, minor);
    if (!chord) {
      bad_chord = word;
      return std::nullopt;
    }
    progression.back().push_back(*chord);
  }
  for (const auto& bar : progression) {
    if (bar.empty()) {
      bad_chord = text;
      return std::nullopt;
    }
  }
  return progression;
}

std::string chord_suffixes() {
  std::string list;
  for (const Suffix& suffix : suffixes()) {
    if (!suffix.name.empty()) list += (list.empty() ? "" : " ") + std::string(suffix.name);
  }
  return list;
}

}  // namespace dgx::model::sketch
