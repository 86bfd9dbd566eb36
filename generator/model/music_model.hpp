// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::model {

/// What a model is and can do. Known without loading it.
struct ModelDescription {
  protocol::ModelIdentity identity{};
  int sample_rate = 0;      ///< Of the audio it gives, Hz
  int channels = 0;         ///< Of the audio it gives
  bool keeps_time = false;  ///< Tempo and bars are exact by construction
  bool gives_stems = false;
  bool gives_midi = false;
  std::string kernel{};  ///< What computes the samples, with its version
  std::string device{};  ///< "cpu", "cuda:0"
  std::string dtype{};
};

/// One part of a take on its own. Parts come at the same length as the mix and sum to it.
struct Part {
  std::string name{};  ///< "drums", "bass", ... : lower case, no blanks
  AudioClip audio{};
};

/// What a model made of one seed.
struct RenderedTake {
  int index = 0;  ///< Variation number, from 0
  std::int64_t seed = 0;
  AudioClip mix{};
  std::vector<Part> parts{};              ///< Empty unless stems were asked for
  std::vector<std::uint8_t> midi_file{};  ///< A Standard MIDI File; empty where there is none
  std::string prompt_sent{};
  protocol::TempoFacts tempo{};
  std::optional<std::string> key{};
  /// Two or three words for the file's name, in lower case: "lofi", "rhodes".
  std::vector<std::string> name_words{};
  std::vector<protocol::Choice> choices{};
  std::vector<std::string> ignored_words{};
  std::vector<std::string> warnings{};
};

using ProgressSink = std::function<void(const protocol::Progress&)>;
/// Takes one finished variation. A failure ends the rendering and is handed on.
using TakeSink = std::function<Status(RenderedTake&&)>;

/// A model that turns a request into audio: the one interface every model implements.
///
/// Threads: all calls come from one thread, the engine's render thread; the sinks are called on
/// it. The stop token may be triggered from any thread and is looked at often enough that
/// generate() returns ErrorCode::kCancelled within 100 ms.
class MusicModel {
 public:
  virtual ~MusicModel() = default;

  [[nodiscard]] virtual ModelDescription describe() const = 0;

  /// Makes the model ready. Calling it again is cheap.
  virtual Status load(const ProgressSink& progress, std::stop_token stop) = 0;

  /// Renders request.variations takes, in order. `request` has passed validate() and has a seed;
  /// the audio of each take is at describe().sample_rate and lasts exactly as long as was asked.
  virtual Status generate(const protocol::GenerationRequest& request, const TakeSink& take,
                          const ProgressSink& progress, std::stop_token stop) = 0;
};

}  // namespace dgx::model
