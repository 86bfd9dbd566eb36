// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/sketch/genre.hpp"
#include "generator/model/sketch/prompt_reader.hpp"
#include "generator/protocol/messages.hpp"
#include "generator/protocol/music.hpp"

namespace dgx::model::sketch {

inline constexpr int kSampleRate = 48000;

/// One stream of random numbers for each decider, so that they stay independent.
enum class Stream : std::uint32_t {
  kPlan,
  kForm,
  kHarmony,
  kDrums,
  kBass,
  kChords,
  kPad,
  kMelody,
  kTexture,
  kTextureSound
};

/// A part that plays and the sound it plays with.
struct PlannedPart {
  const Instrument* instrument = nullptr;
  bool asked_for = false;  ///< By the prompt: plays also where the genre would leave it out
};

/// Everything about a take that is decided before the first note.
/// Ownership: points into the genres and the vocabulary, which have to outlive it.
struct Plan {
  const Genre* genre = nullptr;
  std::uint64_t seed = 0;
  double bpm = 120.0;
  Meter meter{};
  Key key{};
  int bars = 0;             ///< Whole bars that cover the length
  bool whole_bars = true;   ///< The length is exactly `bars` bars
  std::int64_t frames = 0;  ///< At kSampleRate
  bool loop = false;
  double energy = 0.6;      ///< 0 to 1
  double brightness = 0.0;  ///< -1 to 1
  std::array<std::optional<PlannedPart>, kRoleCount> parts{};
  std::vector<std::string> name_words{};
  std::vector<protocol::Choice> choices{};
  std::vector<std::string> warnings{};

  [[nodiscard]] double quarters() const { return bars * meter.quarters_per_bar(); }
  [[nodiscard]] const std::optional<PlannedPart>& part(Role role) const {
    return parts[index_of(role)];
  }
};

/// Decides what the request leaves open: what it says wins over the prompt, the prompt over the
/// genre, and what the genre leaves open the seed draws. Refuses more than 300 s by bars.
Result<Plan> make_plan(const protocol::GenerationRequest& request, const PromptReading& reading,
                       const std::vector<Genre>& genres, const Vocabulary& vocabulary,
                       std::uint64_t seed);

}  // namespace dgx::model::sketch
