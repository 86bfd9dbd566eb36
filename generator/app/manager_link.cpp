// SPDX-License-Identifier: Apache-2.0
#include "generator/app/manager_link.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "generator/base/environment.hpp"
#include "generator/base/log.hpp"

namespace dgx::app {
namespace {

std::string taken_from_environment(const char* name) {
  std::string value = environment(name);
  ::unsetenv(name);
  return value;
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

// A socket in a folder, or, where an @ stands for its first byte, in the abstract namespace.
UniqueFd socket_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((name.front() != '/' && name.front() != '@') || name.size() >= sizeof address.sun_path) {
    log::warning("NOTIFY_SOCKET must be an absolute path or an abstract socket, got " + name);
    return {};
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    log::warning("the service manager cannot be told: " + name + ": " + std::strerror(errno));
    return {};
  }
  const timeval patience{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return socket;
}

}  // namespace

ManagerLink ManagerLink::from_environment() {
  const std::string name = taken_from_environment("NOTIFY_SOCKET");
  const std::string watched = taken_from_environment("WATCHDOG_PID");
  const std::int64_t deadline = number_in(taken_from_environment("WATCHDOG_USEC"));
  ManagerLink link;
  if (name.empty()) return link;
  link.socket_ = socket_to(name);
  const bool is_meant = watched.empty() || number_in(watched) == ::getpid();
  if (link.socket_.valid() && is_meant && deadline > 0) {
    link.beat_every_ = std::chrono::microseconds(deadline) / 2;
  }
  return link;
}

void ManagerLink::beat() {
  if (!socket_.valid()) return;
  const std::string_view state = is_ready_ ? "WATCHDOG=1" : "READY=1";
  if (::send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL) < 0) {
    log::warning(std::string("the service manager was not told: ") + std::strerror(errno));
    return;
  }
  is_ready_ = true;
}

}  // namespace dgx::app
