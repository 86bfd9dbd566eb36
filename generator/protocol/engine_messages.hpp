// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"

// The JSON messages between the service and the engine. The service sends describe, check, load,
// generate, cancel and unload; the engine sends the others. One job at a time.
namespace dgx::protocol {

inline constexpr std::int64_t kEngineProtocolVersion = 1;

/// First message of the engine; the service ends an engine of another version.
struct HelloMessage {
  std::int64_t version = kEngineProtocolVersion;
  std::string program_version{};
};

/// Asked: which models are there. Answered by a ModelsMessage.
struct DescribeMessage {};
/// A model that is known but cannot be used here, and why.
struct UnavailableModel {
  std::string id{};
  Error error{};
};
struct ModelsMessage {
  std::vector<ModelDescription> models{};  ///< Best first
  std::vector<UnavailableModel> unavailable{};
};

/// Asks whether the model would take a request that has passed validate() and has a model and a
/// seed: what only the model knows, such as the length of bars at a tempo that it chooses.
/// Answered soon, by DoneMessage or FailedMessage.
struct CheckMessage {
  GenerationRequest request{};
};

/// Makes a model ready; answered by DoneMessage or FailedMessage.
struct LoadMessage {
  std::string model{};
};

/// Frees the loaded model; answered by DoneMessage.
struct UnloadMessage {};

/// Renders a request that has passed validate() and has a model and a seed. Answered by progress,
/// then for each take a TakeMessage and its streams, then DoneMessage or FailedMessage.
struct GenerateMessage {
  std::string job_id{};
  GenerationRequest request{};
};

/// Ends the job being rendered; answered by FailedMessage with code cancelled.
struct CancelMessage {
  std::string job_id{};
};

struct ProgressMessage {
  Progress progress{};
};

/// One stream of a take that follows in audio frames.
struct StreamFacts {
  std::int64_t stream = 0;
  std::string part{};  ///< "mix", or the part's name
  std::int64_t frames = 0;
};

/// What a finished take is; its audio frames, and its MIDI file if midi_stream is set, follow.
struct TakeMessage {
  std::int64_t index = 0;
  std::int64_t seed = 0;
  std::string prompt_sent{};
  bool loops = false;
  TempoFacts tempo{};
  std::optional<std::string> key{};
  std::vector<std::string> name_words{};
  std::vector<Choice> choices{};
  std::vector<std::string> ignored_words{};
  std::vector<std::string> warnings{};
  /// What computed it, where the model knows only once it is loaded; else as it is described.
  std::optional<EngineFacts> engine{};
  std::vector<StreamFacts> streams{};
  std::optional<std::int64_t> midi_stream{};
};

struct DoneMessage {
  ModelDescription model{};
};

struct FailedMessage {
  Error error{};
};

/// Once a second, from a thread that models never block.
struct HeartbeatMessage {};

using EngineMessage =
    std::variant<HelloMessage, DescribeMessage, ModelsMessage, CheckMessage, LoadMessage,
                 UnloadMessage, GenerateMessage, CancelMessage, ProgressMessage, TakeMessage,
                 DoneMessage, FailedMessage, HeartbeatMessage>;

std::string encode(const EngineMessage& message);
Result<EngineMessage> decode_engine_message(std::string_view text);

}  // namespace dgx::protocol
