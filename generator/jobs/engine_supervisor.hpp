// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "generator/base/result.hpp"
#include "generator/jobs/engine_process.hpp"
#include "generator/model/rendered_take.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::jobs {

/// How long an engine may be silent before it is ended.
struct EngineDeadlines {
  std::chrono::milliseconds start{10'000};     ///< From exec to hello
  std::chrono::milliseconds heartbeat{3'000};  ///< Between two messages of any kind
  std::chrono::milliseconds step{120'000};     ///< Between two steps of a job
  std::chrono::milliseconds cancel{300};       ///< From cancel to the answer

  /// After `last`. Loading weights from a slow disk, and on a slow processor encoding, decoding
  /// and all that comes before the first step, take far longer than a step does.
  [[nodiscard]] std::chrono::milliseconds after(const protocol::Progress& last) const {
    using enum protocol::Phase;
    const bool steps = last.phase == kGenerating && last.step > 0;
    return steps || last.phase == kFinishing ? step : 5 * step;
  }
};

/// Keeps one engine: starts it when it is needed, talks its protocol, and ends it when it crashes,
/// hangs or will not cancel. The next call starts a fresh one.
///
/// Threads: one at a time; stop tokens may be triggered from any thread.
/// Failure: kEngineCrashed and kEngineHung cost the call, not the supervisor. What the engine
/// reports itself is handed on.
class EngineSupervisor {
 public:
  using TakeSink = std::function<Status(model::RenderedTake&&)>;
  using ProgressSink = std::function<void(const protocol::Progress&)>;

  explicit EngineSupervisor(EngineCommand command, EngineDeadlines deadlines = {});

  /// The models of the engine, and those that cannot be used with the reason.
  Result<protocol::ModelsMessage> models();

  /// Whether the request's model would take it: what the model refuses, and nothing is rendered.
  Status check(const protocol::GenerationRequest& request);

  /// Renders one job and gives its takes in order, each as soon as it has arrived whole.
  Result<protocol::ModelDescription> render(const std::string& job_id,
                                            const protocol::GenerationRequest& request,
                                            const TakeSink& take, const ProgressSink& progress,
                                            const std::stop_token& stop);

  /// Ends the engine and frees what it holds; the next call starts a fresh one.
  void end() { engine_.reset(); }
  [[nodiscard]] bool is_running() const { return engine_.has_value(); }

 private:
  class Conversation;
  class Rendering;

  Status ensure_started();
  Result<protocol::EngineMessage> ask(const protocol::EngineMessage& question);

  EngineCommand command_;
  EngineDeadlines deadlines_;
  std::optional<EngineProcess> engine_{};
};

}  // namespace dgx::jobs
