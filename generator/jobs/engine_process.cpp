// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/engine_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace dgx::jobs {
namespace {

using namespace std::chrono_literals;

// Where the engine finds its socket. Not 0 to 2, which it inherits.
constexpr int kEngineFd = 3;
constexpr auto kSendTimeout = 5s;
// Between the end of the stream and the end of the process.
constexpr auto kReapTimeout = 1s;

/// The C objects that posix_spawn wants, freed together.
class SpawnSettings {
 public:
  explicit SpawnSettings(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, socket, kEngineFd);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string describe_end(int wait_status) {
  if (WIFEXITED(wait_status)) {
    return "the engine left with exit code " + std::to_string(WEXITSTATUS(wait_status));
  }
  const int signal = WTERMSIG(wait_status);
  if (signal == SIGKILL) {
    return "the engine was killed from outside, most likely because memory ran out";
  }
  return "the engine crashed with signal " + std::to_string(signal) + " (" + ::strsignal(signal) +
         ")";
}

}  // namespace

Result<EngineProcess> EngineProcess::start(const EngineCommand& command) {
  if (::access(command.executable.c_str(), X_OK) != 0) {
    return Error{ErrorCode::kMissingDependency, "the engine " + command.executable.string() +
                                                    " cannot be run (" + std::strerror(errno) +
                                                    "): build or install dgx-music-engine"};
  }
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Error{ErrorCode::kIo, std::string("cannot make a socketpair: ") + std::strerror(errno)};
  }
  UniqueFd ours(pair[0]);
  // dup2 onto the same number would keep close-on-exec, so the engine's end lives above it.
  const UniqueFd theirs(::fcntl(pair[1], F_DUPFD_CLOEXEC, kEngineFd + 1));
  ::close(pair[1]);

  std::vector<std::string> arguments = {command.executable.string(), "--fd",
                                        std::to_string(kEngineFd)};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  const SpawnSettings settings(theirs.get());
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, command.executable.c_str(), settings.actions(),
                                  settings.attributes(), argv.data(), ::environ);
  if (error != 0) {
    return Error{ErrorCode::kIo,
                 "cannot start " + command.executable.string() + ": " + std::strerror(error)};
  }
  return EngineProcess(pid, std::move(ours));
}

EngineProcess::EngineProcess(EngineProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::move(other.socket_)),
      reader_(std::move(other.reader_)),
      buffer_(std::move(other.buffer_)) {}

EngineProcess& EngineProcess::operator=(EngineProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    socket_ = std::move(other.socket_);
    reader_ = std::move(other.reader_);
    buffer_ = std::move(other.buffer_);
  }
  return *this;
}

EngineProcess::~EngineProcess() {
  end();
}

void EngineProcess::end() {
  socket_.reset();
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool EngineProcess::has_ended() const {
  pollfd theirs{socket_.get(), 0, 0};  // That the other end is closed is told without asking.
  return ::poll(&theirs, 1, 0) != 0;
}

Status EngineProcess::send(const protocol::EngineMessage& message) {
  const auto bytes = protocol::encode_frame(protocol::JsonFrame{protocol::encode(message)});
  Status sent = send_all(socket_.get(), bytes, std::chrono::steady_clock::now() + kSendTimeout);
  if (!sent && sent.error().code == ErrorCode::kIo) return reap_crashed();
  return sent;
}

Result<std::optional<protocol::EngineFrame>> EngineProcess::receive(Deadline deadline,
                                                                    int interrupt) {
  for (;;) {
    auto frame = reader_.next();
    if (!frame || frame->has_value()) return frame;
    const auto ready = wait_readable(socket_.get(), interrupt, deadline);
    if (!ready) return ready.error();
    if (*ready != Readiness::kReadable) return std::optional<protocol::EngineFrame>{};
    const auto count = receive_some(socket_.get(), buffer_);
    if (!count) return count.error();
    if (*count == 0) return reap_crashed();
    reader_.append(std::span(buffer_).first(*count));
  }
}

// The stream ended, so the process has ended or is about to. A process that closed its stream and
// lives on is killed.
Error EngineProcess::reap_crashed() {
  socket_.reset();
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  const auto deadline = std::chrono::steady_clock::now() + kReapTimeout;
  const auto ended = wait_readable(process.get(), -1, deadline);
  if (!process.valid() || !ended || *ended != Readiness::kReadable) {
    end();
    return {ErrorCode::kEngineCrashed, "the engine closed its stream"};
  }
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return {ErrorCode::kEngineCrashed, describe_end(status)};
}

}  // namespace dgx::jobs
