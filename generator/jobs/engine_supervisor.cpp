// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/engine_supervisor.hpp"

#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "generator/base/stop_event.hpp"
#include "generator/jobs/take_assembly.hpp"

namespace dgx::jobs {
namespace {

using namespace std::chrono_literals;
using namespace protocol;
using Clock = std::chrono::steady_clock;

std::string seconds_text(std::chrono::milliseconds time) {
  const auto tenths = time.count() / 100;
  return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") +
         " s";
}

}  // namespace

/// One exchange with the engine: watches the deadlines while messages come in.
class EngineSupervisor::Conversation {
 public:
  Conversation(EngineProcess& engine, const EngineDeadlines& deadlines, int interrupt)
      : engine_(engine), deadlines_(deadlines), interrupt_(interrupt) {}

  /// The next frame that is not a heartbeat; kCancelled when the interrupt was raised.
  Result<EngineFrame> next(std::chrono::milliseconds step_limit) {
    const Deadline step_deadline = Clock::now() + step_limit;
    for (;;) {
      const Deadline heartbeat_deadline = Clock::now() + deadlines_.heartbeat;
      const Deadline deadline = std::min(step_deadline, heartbeat_deadline);
      auto frame = engine_.receive(deadline, interrupt_);
      if (!frame) return std::move(frame).error();
      if (!frame->has_value()) return no_frame(step_deadline, deadline, step_limit);
      auto message = decoded(**frame);
      if (!message) return std::move(message).error();
      if (!message->has_value() || !std::holds_alternative<HeartbeatMessage>(**message)) {
        last_message_ = std::move(*message);
        return std::move(**frame);
      }
      if (Clock::now() >= step_deadline) return no_progress(step_limit);
    }
  }

  /// The next message, where no audio may come.
  Result<EngineMessage> next_message(std::chrono::milliseconds step_limit) {
    auto frame = next(step_limit);
    if (!frame) return std::move(frame).error();
    if (last_message_) return *std::exchange(last_message_, std::nullopt);
    return Error{ErrorCode::kCorrupt, "the engine sent audio where none was expected"};
  }

  /// The message of the frame that next() gave; nothing where that was audio or a file.
  std::optional<EngineMessage> take_message() { return std::exchange(last_message_, std::nullopt); }

 private:
  static Error no_progress(std::chrono::milliseconds step_limit) {
    return {ErrorCode::kEngineHung, "the engine made no progress for " + seconds_text(step_limit)};
  }

  // Why a wait ended without a frame.
  [[nodiscard]] Error no_frame(Deadline step_deadline, Deadline deadline,
                               std::chrono::milliseconds step_limit) const {
    const auto now = Clock::now();
    if (now < deadline) return {ErrorCode::kCancelled, "cancelled"};
    if (now >= step_deadline) return no_progress(step_limit);
    return {ErrorCode::kEngineHung,
            "the engine hung: it sent nothing for " + seconds_text(deadlines_.heartbeat)};
  }

  static Result<std::optional<EngineMessage>> decoded(const EngineFrame& frame) {
    const auto* json = std::get_if<JsonFrame>(&frame);
    if (json == nullptr) return std::optional<EngineMessage>{};
    auto message = decode_engine_message(json->json);
    if (!message) return std::move(message).error();
    return std::optional<EngineMessage>(*std::move(message));
  }

  EngineProcess& engine_;
  const EngineDeadlines& deadlines_;
  int interrupt_;
  std::optional<EngineMessage> last_message_{};
};

EngineSupervisor::EngineSupervisor(EngineCommand command, EngineDeadlines deadlines)
    : command_(std::move(command)), deadlines_(deadlines) {}

Status EngineSupervisor::ensure_started() {
  // One that went while it had nothing to do costs nobody anything.
  if (engine_ && !engine_->has_ended()) return ok();
  engine_.reset();
  auto engine = EngineProcess::start(command_);
  if (!engine) return std::move(engine).error();
  EngineDeadlines starting = deadlines_;
  starting.heartbeat = deadlines_.start;
  auto first = Conversation(*engine, starting, -1).next_message(deadlines_.start);
  if (!first) return std::move(first).error();
  const auto* hello = std::get_if<HelloMessage>(&*first);
  if (hello == nullptr || hello->version != kEngineProtocolVersion) {
    return Error{ErrorCode::kUnsupportedVersion,
                 "the engine must speak protocol version " +
                     std::to_string(kEngineProtocolVersion) + ", got " +
                     (hello != nullptr ? std::to_string(hello->version) : "another message")};
  }
  engine_ = *std::move(engine);
  return ok();
}

Result<EngineMessage> EngineSupervisor::ask(const EngineMessage& question) {
  if (Status started = ensure_started(); !started) return started.error();
  try {
    Status sent = engine_->send(question);
    auto answer = sent ? Conversation(*engine_, deadlines_, -1).next_message(deadlines_.step)
                       : Result<EngineMessage>(sent.error());
    if (!answer) engine_.reset();
    return answer;
  } catch (const std::bad_alloc&) {
    engine_.reset();  // What it answers would be taken for the answer to the next question.
    throw;
  }
}

Status EngineSupervisor::check(const GenerationRequest& request) {
  auto answer = ask(CheckMessage{request});
  if (!answer) return std::move(answer).error();
  if (std::holds_alternative<DoneMessage>(*answer)) return ok();
  if (auto* failed = std::get_if<FailedMessage>(&*answer)) return std::move(failed->error);
  engine_.reset();
  return Error{ErrorCode::kCorrupt, "the engine did not say whether it takes the request"};
}

Result<ModelsMessage> EngineSupervisor::models() {
  auto answer = ask(DescribeMessage{});
  if (!answer) return std::move(answer).error();
  if (auto* models = std::get_if<ModelsMessage>(&*answer)) return std::move(*models);
  engine_.reset();
  return Error{ErrorCode::kCorrupt, "the engine did not answer with its models"};
}

/// One job from generate to done. The engine is fit for another job where it answered with done or
/// failed, and is ended where it did not.
class EngineSupervisor::Rendering {
 public:
  Rendering(EngineProcess& engine, const EngineDeadlines& deadlines, const TakeSink& take,
            const ProgressSink& progress, const std::stop_token& stop)
      : engine_(engine),
        deadlines_(deadlines),
        take_(take),
        progress_(progress),
        stop_event_(stop),
        conversation_(engine, deadlines, stop_event_.fd()) {}

  Result<ModelDescription> run(const std::string& job_id, const GenerationRequest& request) {
    if (Status sent = engine_.send(GenerateMessage{job_id, request}); !sent) return sent.error();
    while (!outcome_) {
      auto frame = conversation_.next(deadlines_.after(last_progress_));
      Status handled = frame ? handle(*std::move(frame)) : Status(std::move(frame).error());
      if (!handled) return abandon(job_id, std::move(handled).error());
    }
    engine_is_idle_ = true;
    return *std::move(outcome_);
  }

  [[nodiscard]] bool engine_is_idle() const { return engine_is_idle_; }

 private:
  Status handle(EngineFrame frame) {
    if (auto message = conversation_.take_message()) return handle(*std::move(message));
    if (!assembly_) return Error{ErrorCode::kCorrupt, "the engine sent audio of no take"};
    Status added = std::holds_alternative<AudioFrame>(frame)
                       ? assembly_->add(std::get<AudioFrame>(frame))
                       : assembly_->add(std::get<BytesFrame>(std::move(frame)));
    if (!added || !assembly_->complete()) return added;
    Status taken = take_(assembly_->take());
    assembly_.reset();
    return taken;
  }

  Status handle(EngineMessage message) {
    if (const auto* progress = std::get_if<ProgressMessage>(&message)) {
      last_progress_ = progress->progress;
      progress_(progress->progress);
    } else if (const auto* take = std::get_if<TakeMessage>(&message)) {
      auto assembly = TakeAssembly::begin(*take);
      if (!assembly) return std::move(assembly).error();
      assembly_ = *std::move(assembly);
    } else if (auto* done = std::get_if<DoneMessage>(&message)) {
      if (assembly_) return Error{ErrorCode::kCorrupt, "the engine ended in the middle of a take"};
      outcome_ = std::move(done->model);
    } else if (auto* failed = std::get_if<FailedMessage>(&message)) {
      outcome_ = std::move(failed->error);
    } else {
      return Error{ErrorCode::kCorrupt, "the engine sent a message that only the service sends"};
    }
    return ok();
  }

  // The job ends here with `reason`. An engine that still renders it is asked to stop, so that it
  // can stay warm; one that does not answer in time is ended by the caller.
  Error abandon(const std::string& job_id, Error reason) {
    const bool engine_is_sound = reason.code != ErrorCode::kEngineCrashed &&
                                 reason.code != ErrorCode::kEngineHung &&
                                 reason.code != ErrorCode::kCorrupt;
    if (!engine_is_sound || !engine_.send(CancelMessage{job_id})) return reason;
    Conversation rest(engine_, deadlines_, -1);
    const Deadline deadline = Clock::now() + deadlines_.cancel;
    while (Clock::now() < deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (!rest.next(left)) return reason;
      const auto message = rest.take_message();
      engine_is_idle_ = message && (std::holds_alternative<FailedMessage>(*message) ||
                                    std::holds_alternative<DoneMessage>(*message));
      if (engine_is_idle_) return reason;
    }
    return reason;
  }

  EngineProcess& engine_;
  const EngineDeadlines& deadlines_;
  const TakeSink& take_;
  const ProgressSink& progress_;
  StopEvent stop_event_;
  Conversation conversation_;
  std::optional<TakeAssembly> assembly_{};
  std::optional<Result<ModelDescription>> outcome_{};
  Progress last_progress_{};
  bool engine_is_idle_ = false;
};

Result<ModelDescription> EngineSupervisor::render(const std::string& job_id,
                                                  const GenerationRequest& request,
                                                  const TakeSink& take,
                                                  const ProgressSink& progress,
                                                  const std::stop_token& stop) {
  if (Status started = ensure_started(); !started) return started.error();
  Rendering rendering(*engine_, deadlines_, take, progress, stop);
  auto outcome = rendering.run(job_id, request);
  if (!rendering.engine_is_idle()) engine_.reset();
  return outcome;
}

}  // namespace dgx::jobs
