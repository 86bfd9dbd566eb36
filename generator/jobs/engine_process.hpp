// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/socket_io.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/protocol/engine_frames.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::jobs {

/// How the engine is started.
struct EngineCommand {
  std::filesystem::path executable{};
  std::vector<std::string> arguments{};  ///< Beside --fd
};

/// One running engine: its process and our end of the socketpair. The process is ended with the
/// object. Threads: one at a time.
class EngineProcess {
 public:
  /// Starts the program in a process group of its own, so that Ctrl-C in a terminal reaches the
  /// service alone. kMissingDependency where the program is not there.
  static Result<EngineProcess> start(const EngineCommand& command);

  EngineProcess(EngineProcess&& other) noexcept;
  EngineProcess& operator=(EngineProcess&& other) noexcept;
  ~EngineProcess();

  Status send(const protocol::EngineMessage& message);

  /// The next frame; nothing where the deadline passed or `interrupt` (an eventfd) was raised.
  /// kEngineCrashed, with how the process ended in words, where it is gone.
  Result<std::optional<protocol::EngineFrame>> receive(Deadline deadline, int interrupt);

  /// Kills the process, if it still runs, and waits for its end.
  void end();

  /// True where the process has ended, or closed its end. Does not wait.
  [[nodiscard]] bool has_ended() const;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  EngineProcess(pid_t pid, UniqueFd socket) : pid_(pid), socket_(std::move(socket)) {}

  Error reap_crashed();

  pid_t pid_ = -1;
  UniqueFd socket_;
  protocol::FrameReader reader_{};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(std::size_t{1} << 18);
};

}  // namespace dgx::jobs
