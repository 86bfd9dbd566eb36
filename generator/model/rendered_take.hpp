// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::model {

/// One part of a take on its own. Parts have the length of the mix and sum to it.
struct Part {
  std::string name{};  ///< "drums", "bass", ... : lower case, no blanks
  AudioClip audio{};
};

/// What a model made of one seed: the audio at the model's own rate and level, and what it knows
/// about it. It crosses from the engine to the export chain.
struct RenderedTake {
  std::int64_t index = 0;  ///< Variation number, from 0
  std::int64_t seed = 0;
  AudioClip mix{};
  std::vector<Part> parts{};              ///< Empty unless stems were asked for
  std::vector<std::uint8_t> midi_file{};  ///< A Standard MIDI File; empty where there is none
  std::string prompt_sent{};
  bool loops = false;  ///< The end meets the start: asked for by a field, or by the prompt
  protocol::TempoFacts tempo{};
  std::optional<std::string> key{};
  /// Two or three words for the file's name, in lower case: "lofi", "rhodes".
  std::vector<std::string> name_words{};
  std::vector<protocol::Choice> choices{};
  std::vector<std::string> ignored_words{};
  std::vector<std::string> warnings{};
  /// What computed it, where that is known only once the model is loaded.
  std::optional<protocol::EngineFacts> engine{};
};

}  // namespace dgx::model
