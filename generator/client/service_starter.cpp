// SPDX-License-Identifier: Apache-2.0
#include "generator/client/service_starter.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/socket_io.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::client {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A service that begins has nothing to wait on but its socket; a person does not notice this.
constexpr auto kLook = 10ms;
// Twice what a service takes that ends a job in the middle.
constexpr auto kLeave = 10s;

constexpr std::uintmax_t kLongestLog = std::uintmax_t{4} << 20;

// The one before it is kept. A log that cannot be moved is written on.
void set_aside_long_log(const std::filesystem::path& log) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(log, error);
  if (!error && size > kLongestLog) std::filesystem::rename(log, log.string() + ".1", error);
}

// The service makes the folder as well, but its log lies there before it runs.
Result<UniqueFd> open_log(const std::filesystem::path& log) {
  std::error_code error;
  const auto folder = log.parent_path();
  std::filesystem::create_directories(folder.parent_path(), error);
  if (!error && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    error.assign(errno, std::generic_category());
  }
  if (error) {
    return error_from_errno(error.value(),
                            "cannot make " + folder.string() + " for the service's log");
  }
  set_aside_long_log(log);
  UniqueFd file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.valid()) return file;
  return error_from_errno(errno, "cannot open the service's log " + log.string());
}

// A session of its own: it outlives this program and its terminal.
Result<pid_t> start(const ServiceCommand& command) {
  const auto log = open_log(command.log_file);
  if (!log) return log.error();
  std::vector<std::string> words = {command.executable.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, "/");  // It keeps no disk from being taken out.
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log->get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, command.executable.c_str(), &actions, &attributes,
                                  argv.data(), ::environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  return Error{ErrorCode::kIo,
               "cannot start " + command.executable.string() + ": " + std::strerror(error)};
}

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

// The last line that was added to the log since it had that size.
std::string last_words(const std::filesystem::path& log_file, std::uintmax_t size_before) {
  std::ifstream file(log_file);
  file.seekg(static_cast<std::streamoff>(size_before));
  std::string last;
  for (std::string line; std::getline(file, line);) last = line;
  constexpr std::string_view kName = "dgx-music: ";
  return last.starts_with(kName) ? last.substr(kName.size()) : last;
}

/// A service that is waited for, from its start to its first answer.
class Start {
 public:
  explicit Start(const ServiceCommand& command)
      : command_(command), log_size_(size_of(command.log_file)) {}

  /// Starts it, unless it runs by now. An error where it ended for a reason of its own.
  Status go_on() {
    if (child_ >= 0) return look();
    const auto started = start(command_);
    if (!started) return started.error();
    child_ = *started;
    return ok();
  }

  [[nodiscard]] Error too_late() const {
    return failure("process " + std::to_string(child_) + " does not answer within " +
                   std::to_string(command_.start.count()) + " ms");
  }

 private:
  Status look() {
    int status = 0;
    if (::waitpid(child_, &status, WNOHANG) != child_) return ok();
    const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    // It met another service, which may be about to listen or about to leave; or it came and left.
    if (exit == 0 || exit == protocol::kExitOccupied) {
      child_ = -1;
      return ok();
    }
    const std::string said = last_words(command_.log_file, log_size_);
    return failure(said.empty() ? "it ended at once" : said);
  }

  [[nodiscard]] Error failure(const std::string& why) const {
    return {ErrorCode::kUnavailable, "no service could be started: " + why + " (its log is " +
                                         command_.log_file.string() + ")"};
  }

  const ServiceCommand& command_;
  std::uintmax_t log_size_;
  pid_t child_ = -1;
};

}  // namespace

Result<std::optional<protocol::Health>> find_service(const ClientOptions& options) {
  const auto socket = connect_to(options.socket);
  if (!socket && socket.error().code == ErrorCode::kUnavailable) {
    return std::optional<protocol::Health>{};
  }
  if (!socket) return socket.error();
  auto health = GeneratorClient(options).health();
  if (!health) return std::move(health).error();
  return std::optional<protocol::Health>(*std::move(health));
}

Result<protocol::Health> find_or_start_service(const ClientOptions& options,
                                               const ServiceCommand& command) {
  const auto deadline = Clock::now() + command.start;
  Start started(command);
  for (;;) {
    auto found = find_service(options);
    if (found && *found) return **std::move(found);
    // Who listens and does not answer may be about to leave. Anything else does not get better.
    if (!found && found.error().code != ErrorCode::kUnavailable) return std::move(found).error();
    if (found) {
      Status going = started.go_on();
      if (!going) return std::move(going).error();
    }
    if (Clock::now() >= deadline) return found ? started.too_late() : std::move(found).error();
    const auto woken = wait_readable(options.interrupt, -1, Clock::now() + kLook);
    if (woken && *woken == Readiness::kReadable) return Error{ErrorCode::kCancelled, "cancelled"};
  }
}

Status end_service(const ClientOptions& options, std::int64_t pid) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
  const auto now = find_service(options);
  if (!now) return now.error();
  // The same answer after the process was taken hold of: its number was not given away meanwhile.
  if (!process.valid() || !*now || (*now)->pid != pid) return ok();
  ::syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0);
  const auto ended = wait_readable(process.get(), options.interrupt, Clock::now() + kLeave);
  if (ended && *ended == Readiness::kReadable) return ok();
  if (ended && *ended == Readiness::kInterrupted) return Error{ErrorCode::kCancelled, "cancelled"};
  return Error{ErrorCode::kUnavailable,
               "the service (process " + std::to_string(pid) + ") was told to leave and stays"};
}

}  // namespace dgx::client
