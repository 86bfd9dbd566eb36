// SPDX-License-Identifier: Apache-2.0
#include "generator/client/service_starter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

namespace dgx::client {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A service that begins has nothing to wait on but its socket; a person does not notice this.
constexpr auto kLook = 10ms;

// A session of its own: it outlives this program and its terminal.
Result<pid_t> start(const ServiceCommand& command) {
  std::vector<std::string> words = {command.executable.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, command.log_file.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
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

std::string last_words(const std::filesystem::path& log_file) {
  std::ifstream file(log_file);
  std::string last;
  for (std::string line; std::getline(file, line);) last = line;
  return last;
}

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
  pid_t child = -1;
  for (;;) {
    auto found = find_service(options);
    if (found && *found) return **std::move(found);
    if (child < 0) {
      const auto started = start(command);
      if (!started) return started.error();
      child = *started;
    }
    // One that ends at once met another service, which may be about to listen or about to leave.
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child && status != 0) child = -1;
    if (Clock::now() >= deadline) break;
    ::poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  const std::string said = last_words(command.log_file);
  return Error{ErrorCode::kUnavailable,
               "no service could be started: " + (said.empty() ? "it does not answer" : said)};
}

}  // namespace dgx::client
