// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/model/registry.hpp"
#include "generator/protocol/engine_frames.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::engine {

/// The engine's side of the socketpair: takes commands, renders one job at a time, sends audio.
///
/// Threads: run() reads commands on the calling thread and owns two more: *render*, which calls
/// the models, and *heartbeat*, which models never block. Only the sending of frames is shared.
/// Failure: whatever a model reports is sent as a FailedMessage; a damaged stream ends run().
class EngineServer {
 public:
  /// Models are freed after `unload_after` without a command; 0: never.
  EngineServer(UniqueFd socket, model::ModelRegistry registry, std::string program_version,
               std::chrono::milliseconds unload_after = std::chrono::milliseconds(0));

  /// Serves until the service closes its side. Then a job that is being rendered is stopped;
  /// `service_gone` is called before run() waits for the model to notice.
  Status run(const std::function<void()>& service_gone = {});

 private:
  void render_commands(const std::stop_token& stop);
  void send_heartbeats(const std::stop_token& stop);

  Status read_commands();
  Status accept(protocol::EngineMessage message);
  std::optional<protocol::EngineMessage> next_command(const std::stop_token& stop);

  void answer(const protocol::DescribeMessage& message);
  void answer(const protocol::CheckMessage& message);
  void answer(const protocol::LoadMessage& message);
  void answer(const protocol::UnloadMessage& message);
  void answer(const protocol::GenerateMessage& message);
  Result<protocol::DoneMessage> check(const protocol::CheckMessage& message);
  Result<protocol::DoneMessage> load(const protocol::LoadMessage& message);
  Result<protocol::DoneMessage> generate(const protocol::GenerateMessage& message,
                                         const std::stop_token& stop);
  void report(const protocol::Progress& progress);
  void finish(const Result<protocol::DoneMessage>& outcome);

  Status send(const protocol::EngineMessage& message);
  void tell(const protocol::EngineMessage& message);
  Status send_take(const model::RenderedTake& take);
  Status send_audio(std::uint32_t stream, const AudioClip& clip);
  Status send_bytes(std::span<const std::byte> bytes);

  UniqueFd socket_;
  std::string program_version_;
  std::chrono::milliseconds unload_after_;
  model::ModelRegistry registry_;  // Render thread only.

  Mutex sending_;  // Held for one frame at a time.

  Mutex mutex_;
  std::condition_variable_any command_arrived_;
  std::deque<protocol::EngineMessage> commands_ DGX_GUARDED_BY(mutex_);
  std::string current_job_ DGX_GUARDED_BY(mutex_);
  std::stop_source current_stop_ DGX_GUARDED_BY(mutex_);
};

}  // namespace dgx::engine
