// SPDX-License-Identifier: Apache-2.0
#include "generator/engine/engine_server.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "generator/base/log.hpp"
#include "generator/base/socket_io.hpp"

namespace dgx::engine {
namespace {

using namespace std::chrono_literals;
using namespace protocol;

constexpr auto kHeartbeatInterval = 1s;
// A service that takes no bytes for so long is gone or stuck; the engine ends.
constexpr auto kSendTimeout = 60s;
// The service sends one command at a time; a longer queue is a defect there.
constexpr std::size_t kLongestQueue = 16;

std::vector<StreamFacts> streams_of(const model::RenderedTake& take) {
  std::vector<StreamFacts> streams;
  const auto add = [&streams](const std::string& part, const AudioClip& clip) {
    streams.push_back({static_cast<std::int64_t>(streams.size()), part,
                       static_cast<std::int64_t>(clip.frame_count())});
  };
  add("mix", take.mix);
  for (const model::Part& part : take.parts) add(part.name, part.audio);
  return streams;
}

TakeMessage describe_take(const model::RenderedTake& take) {
  TakeMessage message;
  message.index = take.index;
  message.seed = take.seed;
  message.prompt_sent = take.prompt_sent;
  message.loops = take.loops;
  message.tempo = take.tempo;
  message.key = take.key;
  message.name_words = take.name_words;
  message.choices = take.choices;
  message.ignored_words = take.ignored_words;
  message.warnings = take.warnings;
  message.engine = take.engine;
  message.streams = streams_of(take);
  if (!take.midi_file.empty()) {
    message.midi_stream = static_cast<std::int64_t>(message.streams.size());
  }
  return message;
}

// Models do not throw by contract, but memory can run out anywhere; then the job fails, and the
// engine lives.
template <typename Work>
Result<DoneMessage> without_exceptions(Work&& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory,
                 "memory ran out while rendering: try a shorter take or fewer variations"};
  } catch (const std::exception& exception) {
    return Error{ErrorCode::kInternal, std::string("the model failed: ") + exception.what()};
  }
}

}  // namespace

EngineServer::EngineServer(UniqueFd socket, model::ModelRegistry registry,
                           std::string program_version, std::chrono::milliseconds unload_after)
    : socket_(std::move(socket)),
      program_version_(std::move(program_version)),
      unload_after_(unload_after),
      registry_(std::move(registry)) {}

Status EngineServer::run(const std::function<void()>& service_gone) {
  if (Status sent = send(HelloMessage{kEngineProtocolVersion, program_version_}); !sent) {
    return sent;
  }
  std::jthread heartbeat([this](const std::stop_token& stop) { send_heartbeats(stop); });
  std::jthread render([this](const std::stop_token& stop) { render_commands(stop); });
  Status read = read_commands();
  if (service_gone) service_gone();
  const MutexLock lock(mutex_);
  current_stop_.request_stop();
  return read;
}

Status EngineServer::read_commands() {
  FrameReader reader;
  std::vector<std::byte> buffer(std::size_t{1} << 16);
  for (;;) {
    const auto count = receive_some(socket_.get(), buffer);
    if (!count) return count.error();
    if (*count == 0) return ok();
    reader.append(std::span(buffer).first(*count));
    for (;;) {
      auto frame = reader.next();
      if (!frame) return std::move(frame).error();
      if (!frame->has_value()) break;
      const auto* json = std::get_if<JsonFrame>(&**frame);
      if (json == nullptr) return Error{ErrorCode::kCorrupt, "the service sent audio"};
      auto message = decode_engine_message(json->json);
      if (!message) return std::move(message).error();
      if (Status accepted = accept(*std::move(message)); !accepted) return accepted;
    }
  }
}

Status EngineServer::accept(EngineMessage message) {
  const MutexLock lock(mutex_);
  if (const auto* cancel = std::get_if<CancelMessage>(&message)) {
    if (cancel->job_id == current_job_) current_stop_.request_stop();
    std::erase_if(commands_, [cancel](const EngineMessage& waiting) {
      const auto* job = std::get_if<GenerateMessage>(&waiting);
      return job != nullptr && job->job_id == cancel->job_id;
    });
    return ok();
  }
  if (commands_.size() == kLongestQueue) {
    return Error{ErrorCode::kUnavailable, "more than 16 commands wait for the engine"};
  }
  commands_.push_back(std::move(message));
  command_arrived_.notify_one();
  return ok();
}

void EngineServer::send_heartbeats(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!never.wait_for(lock, stop, kHeartbeatInterval, [] { return false; })) {
    if (stop.stop_requested() || !send(HeartbeatMessage{})) return;
  }
}

std::optional<EngineMessage> EngineServer::next_command(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  const auto arrived = [this]() DGX_REQUIRES(mutex_) { return !commands_.empty(); };
  if (unload_after_ > 0s &&
      !command_arrived_.wait_for(lock.native(), stop, unload_after_, arrived)) {
    registry_.unload();
  }
  if (!command_arrived_.wait(lock.native(), stop, arrived)) return std::nullopt;
  EngineMessage message = std::move(commands_.front());
  commands_.pop_front();
  return message;
}

void EngineServer::render_commands(const std::stop_token& stop) {
  while (auto message = next_command(stop)) {
    std::visit(
        [this](const auto& command) {
          if constexpr (requires { answer(command); }) {
            answer(command);
          } else {
            finish(Error{ErrorCode::kInternal, "the engine takes no such command"});
          }
        },
        *message);
  }
}

void EngineServer::answer(const DescribeMessage&) {
  tell(registry_.describe());
}

void EngineServer::answer(const CheckMessage& message) {
  finish(without_exceptions([&] { return check(message); }));
}

Result<DoneMessage> EngineServer::check(const CheckMessage& message) {
  auto model = registry_.find(message.request.model.value_or(""));
  if (!model) return std::move(model).error();
  if (Status taken = (*model)->check(message.request); !taken) return taken.error();
  return DoneMessage{(*model)->describe()};
}

void EngineServer::answer(const LoadMessage& message) {
  finish(without_exceptions([&] { return load(message); }));
}

Result<DoneMessage> EngineServer::load(const LoadMessage& message) {
  auto model = registry_.find(message.model);
  if (!model) return std::move(model).error();
  const auto progress = [this](const Progress& step) { report(step); };
  if (Status loaded = (*model)->load(progress, {}); !loaded) return loaded.error();
  return DoneMessage{(*model)->describe()};
}

void EngineServer::answer(const UnloadMessage&) {
  registry_.unload();
  finish(DoneMessage{});
}

void EngineServer::answer(const GenerateMessage& message) {
  std::stop_token stop;
  {
    const MutexLock lock(mutex_);
    current_job_ = message.job_id;
    current_stop_ = std::stop_source();
    stop = current_stop_.get_token();
  }
  finish(without_exceptions([&] { return generate(message, stop); }));
  const MutexLock lock(mutex_);
  current_job_.clear();
}

Result<DoneMessage> EngineServer::generate(const GenerateMessage& message,
                                           const std::stop_token& stop) {
  auto model = registry_.find(message.request.model.value_or(""));
  if (!model) return std::move(model).error();
  const auto progress = [this](const Progress& step) { report(step); };
  if (Status loaded = (*model)->load(progress, stop); !loaded) return loaded.error();
  const auto take = [this](model::RenderedTake&& rendered) { return send_take(rendered); };
  if (Status made = (*model)->generate(message.request, take, progress, stop); !made) {
    return made.error();
  }
  return DoneMessage{(*model)->describe()};
}

void EngineServer::report(const Progress& progress) {
  tell(ProgressMessage{progress});
}

void EngineServer::finish(const Result<DoneMessage>& outcome) {
  if (outcome) {
    tell(*outcome);
  } else {
    tell(FailedMessage{outcome.error()});
  }
}

Status EngineServer::send(const EngineMessage& message) {
  return send_bytes(encode_frame(JsonFrame{encode(message)}));
}

// A service that cannot be reached is gone, and run() is about to see it; nobody is left to tell.
void EngineServer::tell(const EngineMessage& message) {
  if (Status sent = send(message); !sent) log::debug(sent.error().message);
}

Status EngineServer::send_take(const model::RenderedTake& take) {
  if (Status sent = send(describe_take(take)); !sent) return sent;
  std::uint32_t stream = 0;
  if (Status sent = send_audio(stream++, take.mix); !sent) return sent;
  for (const model::Part& part : take.parts) {
    if (Status sent = send_audio(stream++, part.audio); !sent) return sent;
  }
  if (take.midi_file.empty()) return ok();
  return send_bytes(encode_frame(BytesFrame{stream, take.midi_file}));
}

Status EngineServer::send_audio(std::uint32_t stream, const AudioClip& clip) {
  const auto channels = static_cast<std::size_t>(clip.channels);
  const std::size_t samples_per_frame = kSamplesPerAudioFrame / channels * channels;
  const std::span<const float> samples(clip.samples);
  for (std::size_t position = 0; position < samples.size(); position += samples_per_frame) {
    const std::size_t count = std::min(samples_per_frame, samples.size() - position);
    const auto bytes = encode_audio_frame(
        stream, position / channels, static_cast<std::uint16_t>(clip.channels),
        static_cast<std::uint32_t>(clip.sample_rate), samples.subspan(position, count));
    if (Status sent = send_bytes(bytes); !sent) return sent;
  }
  return ok();
}

Status EngineServer::send_bytes(std::span<const std::byte> bytes) {
  const MutexLock lock(sending_);
  return send_all(socket_.get(), bytes, std::chrono::steady_clock::now() + kSendTimeout);
}

}  // namespace dgx::engine
