// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/musical_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dgx::model::sketch {
namespace {

using Words = std::vector<PromptWord>;

bool word_is(const Words& words, std::size_t at, std::initializer_list<std::string_view> any) {
  return at < words.size() &&
         std::find(any.begin(), any.end(), std::string_view(words[at].text)) != any.end();
}

/// The number that a text begins with; `rest` is what follows it.
std::optional<double> leading_number(std::string_view text, std::string_view& rest) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || text.empty() || text[0] == '-') return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// A number followed by one of the units, in one word or in two: "84bpm", "84 bpm".
std::optional<Found<double>> quantity_at(const Words& words, std::size_t at,
                                         std::initializer_list<std::string_view> units) {
  std::string_view rest;
  const auto value = leading_number(words[at].text, rest);
  if (!value) return std::nullopt;
  if (!rest.empty()) {
    if (std::find(units.begin(), units.end(), rest) == units.end()) return std::nullopt;
    return Found<double>{*value, 1};
  }
  if (words[at].phrase_end || !word_is(words, at + 1, units)) return std::nullopt;
  return Found<double>{*value, 2};
}

std::optional<int> number_word(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 10> kNumbers = {{{"one", 1},
                                                                          {"two", 2},
                                                                          {"three", 3},
                                                                          {"four", 4},
                                                                          {"five", 5},
                                                                          {"six", 6},
                                                                          {"seven", 7},
                                                                          {"eight", 8},
                                                                          {"twelve", 12},
                                                                          {"sixteen", 16}}};
  for (const auto& [name, value] : kNumbers) {
    if (name == word) return value;
  }
  return std::nullopt;
}

template <typename T>
std::optional<Found<T>> within(std::optional<Found<T>> found, T low, T high) {
  if (found && (found->value < low || found->value > high)) return std::nullopt;
  return found;
}

/// The note's letter, accidental and mode as one word may hold them: "F#m", "Bb", "C".
struct NoteWord {
  KeyWords key{};
  bool lone_letter = false;  ///< Nothing but a letter: could be the article "a"
};

std::optional<NoteWord> note_word(const PromptWord& word) {
  const std::string& text = word.written;
  const bool upper = text[0] >= 'A' && text[0] <= 'G';
  const bool sharp = text.size() > 1 && text[1] == '#';
  if (!upper && !(text[0] >= 'a' && text[0] <= 'g' && (sharp || text.size() == 1))) {
    return std::nullopt;
  }
  const Result<Key> key = parse_key(text);
  if (!key) return std::nullopt;
  NoteWord note;
  note.key = {key->tonic, key->flat, std::nullopt};
  if (key->minor) note.key.minor = true;
  if (text.size() > 1 && text.find("aj") != std::string::npos) note.key.minor = false;
  note.lone_letter = text.size() == 1;
  return note;
}

/// Whether what stands before a lone letter makes it a key: "in A", "key of d", "key: C".
bool names_a_key(const Words& words, std::size_t at) {
  if (at == 0) return false;
  const bool after_key =
      word_is(words, at - 1, {"key"}) ||
      (at > 1 && word_is(words, at - 1, {"of"}) && word_is(words, at - 2, {"key"}));
  if (after_key) return true;
  if (!word_is(words, at - 1, {"in"}) || words[at].written[0] > 'G') return false;
  // "in A dark room": the article. "in A, slowly": the key.
  return words[at].text != "a" || words[at].phrase_end || at + 1 == words.size();
}

}  // namespace

std::optional<Found<double>> tempo_at(const Words& words, std::size_t at) {
  if (auto found = quantity_at(words, at, {"bpm", "bpms"})) return within(found, 30.0, 300.0);
  if (auto found = quantity_at(words, at, {"beats"})) {
    if (!word_is(words, at + 2, {"per"}) || !word_is(words, at + 3, {"minute"})) {
      return std::nullopt;
    }
    found->words += 2;
    return within(found, 30.0, 300.0);
  }
  if (!word_is(words, at, {"tempo", "bpm"})) return std::nullopt;
  std::size_t next = at + 1;
  while (word_is(words, next, {"of", "is", "at", "around"})) ++next;
  std::string_view rest;
  if (next >= words.size()) return std::nullopt;
  const auto value = leading_number(words[next].text, rest);
  if (!value || !rest.empty()) return std::nullopt;
  return within(std::optional(Found<double>{*value, next + 1 - at}), 30.0, 300.0);
}

std::optional<Found<Meter>> meter_at(const Words& words, std::size_t at) {
  if (word_is(words, at, {"waltz"})) return Found<Meter>{{3, 4}, 1};
  if (words[at].text.find('/') == std::string::npos) return std::nullopt;
  const Result<Meter> meter = parse_meter(words[at].text);
  if (!meter) return std::nullopt;
  return Found<Meter>{*meter, 1};
}

std::optional<Found<int>> bars_at(const Words& words, std::size_t at) {
  const auto units = {std::string_view("bar"), std::string_view("bars"),
                      std::string_view("measures"), std::string_view("measure")};
  if (const auto number = number_word(words[at].text)) {
    if (!word_is(words, at + 1, units)) return std::nullopt;
    return Found<int>{*number, 2};
  }
  const auto found = quantity_at(words, at, units);
  if (!found || found->value < 1 || found->value > 128) return std::nullopt;
  const int bars = static_cast<int>(found->value);
  if (bars != found->value) return std::nullopt;
  return Found<int>{bars, found->words};
}

std::optional<Found<double>> seconds_at(const Words& words, std::size_t at) {
  // "80s" is a decade: a bare s counts only below the longest of short clips.
  if (const auto found = quantity_at(words, at, {"seconds", "second", "secs", "sec"})) {
    return within(std::optional(*found), 1.0, kLongestTakeSeconds);
  }
  if (auto found = quantity_at(words, at, {"minutes", "minute", "min"})) {
    found->value *= 60.0;
    return within(std::optional(*found), 1.0, kLongestTakeSeconds);
  }
  return std::nullopt;
}

std::optional<bool> mode_of(std::string_view word) {
  constexpr std::array<std::string_view, 5> kMinor = {"minor", "aeolian", "dorian", "phrygian",
                                                      "moll"};
  constexpr std::array<std::string_view, 5> kMajor = {"major", "ionian", "lydian", "mixolydian",
                                                      "dur"};
  if (std::find(kMinor.begin(), kMinor.end(), word) != kMinor.end()) return true;
  if (std::find(kMajor.begin(), kMajor.end(), word) != kMajor.end()) return false;
  return std::nullopt;
}

std::optional<Found<KeyWords>> key_at(const Words& words, std::size_t at) {
  const auto note = note_word(words[at]);
  if (!note) return std::nullopt;
  Found<KeyWords> found{note->key, 1};
  const bool accidental = word_is(words, at + 1, {"sharp", "flat"});
  if (note->lone_letter && accidental) {
    found.value.flat = word_is(words, at + 1, {"flat"});
    found.value.tonic = (found.value.tonic + (found.value.flat ? 11 : 1)) % 12;
    ++found.words;
  }
  const std::size_t next = at + found.words;
  if (next < words.size() && !words[next - 1].phrase_end && !found.value.minor) {
    std::string_view mode = words[next].text;
    if (mode == "min" || mode == "m") mode = "minor";
    if (mode == "maj") mode = "major";
    found.value.minor = mode_of(mode);
    if (found.value.minor) ++found.words;
  }
  if (!note->lone_letter || accidental) return found;
  // "in a minor key" speaks of no note.
  const bool article =
      words[at].written == "a" && word_is(words, at + 2, {"key", "mood", "scale", "chord", "mode"});
  if (found.value.minor) return article ? std::nullopt : std::optional(found);
  return names_a_key(words, at) ? std::optional(found) : std::nullopt;
}

}  // namespace dgx::model::sketch
