// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "generator/model/sketch/prompt_words.hpp"
#include "generator/protocol/music.hpp"

// Numbers, keys and meters in a prompt: what needs grammar and not only a list of words.
namespace dgx::model::sketch {

/// Something read from the words at a place, and how many of them it took.
template <typename T>
struct Found {
  T value{};
  std::size_t words = 0;
};

/// "84 BPM", "84bpm", "tempo 84", "92.5 beats per minute": 30 to 300.
std::optional<Found<double>> tempo_at(const std::vector<PromptWord>& words, std::size_t at);
/// "6/8", "waltz".
std::optional<Found<Meter>> meter_at(const std::vector<PromptWord>& words, std::size_t at);
/// "8 bars", "sixteen measures": 1 to 128.
std::optional<Found<int>> bars_at(const std::vector<PromptWord>& words, std::size_t at);
/// "20 seconds", "30s", "2 minutes": 1 to 300 s.
std::optional<Found<double>> seconds_at(const std::vector<PromptWord>& words, std::size_t at);
/// "minor", "dorian", ...: true for a minor mode.
std::optional<bool> mode_of(std::string_view word);

/// A tonic with or without its mode.
struct KeyWords {
  int tonic = 0;
  bool flat = false;
  std::optional<bool> minor{};
};
/// "C minor", "F#m", "B flat major", "in A". A lone letter counts only after "in" or "key of".
std::optional<Found<KeyWords>> key_at(const std::vector<PromptWord>& words, std::size_t at);

}  // namespace dgx::model::sketch
