// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>

#include "generator/base/result.hpp"
#include "generator/model/rendered_take.hpp"
#include "generator/protocol/messages.hpp"
#include "generator/protocol/request.hpp"

namespace dgx::model {

using protocol::ModelDescription;

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

  /// Whether generate() would take `request`, which has passed validate() and has a seed; refuses
  /// it in the sentence that generate() would use. Renders and loads nothing, so that it answers
  /// before a job is written down.
  virtual Status check(const protocol::GenerationRequest& request) = 0;

  /// Makes the model ready. Calling it again is cheap.
  virtual Status load(const ProgressSink& progress, std::stop_token stop) = 0;

  /// Renders request.variations takes, in order. `request` has passed validate() and has a seed;
  /// the audio of each take is at describe().sample_rate and lasts exactly as long as was asked.
  virtual Status generate(const protocol::GenerationRequest& request, const TakeSink& take,
                          const ProgressSink& progress, std::stop_token stop) = 0;
};

}  // namespace dgx::model
