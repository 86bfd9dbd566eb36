// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/vocabulary.hpp"
#include "generator/protocol/music.hpp"

namespace dgx::model::sketch {

/// What a prompt says. What it does not say stays empty.
struct PromptReading {
  std::optional<std::string> genre{};  ///< Id of a genre; the first one named
  std::optional<double> bpm{};
  std::optional<Key> key{};    ///< With `minor` known
  std::optional<int> tonic{};  ///< A note alone, "in A"; `key` is empty then
  bool tonic_flat = false;
  std::optional<bool> minor{};  ///< A mode alone, or what the moods agree on
  std::optional<Meter> meter{};
  std::optional<int> bars{};
  std::optional<double> seconds{};
  bool loop = false;
  std::vector<std::string> instruments{};  ///< Names, in the order of the prompt
  std::vector<Role> parts{};               ///< Named as parts: "with a pad"
  std::vector<Role> without{};             ///< "no drums"
  std::vector<std::string> without_instruments{};
  bool alone = false;                ///< "solo piano": nothing but the instruments
  std::vector<std::string> moods{};  ///< Names
  double energy = 0.0;               ///< Sum over the moods, -1 to 1
  double tempo = 0.0;
  double brightness = 0.0;
  std::vector<std::string> ignored{};  ///< Words that carry meaning and are not known, as written
};

/// Reads a prompt of any language; only words of the vocabulary and the genres mean something.
PromptReading read_prompt(std::string_view prompt, const Vocabulary& vocabulary,
                          const std::vector<Genre>& genres);

}  // namespace dgx::model::sketch
