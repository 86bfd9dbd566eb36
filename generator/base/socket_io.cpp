// SPDX-License-Identifier: Apache-2.0
#include "generator/base/socket_io.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace dgx {
namespace {

// poll(2) waits for whole milliseconds; round up, so that a wait is never a busy loop.
int milliseconds_until(Deadline deadline) {
  using namespace std::chrono;
  const auto left = ceil<milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000));
}

Error socket_error(const char* action) {
  return {ErrorCode::kIo, std::string("cannot ") + action + " a socket: " + std::strerror(errno)};
}

}  // namespace

Status send_all(int socket, std::span<const std::byte> bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return socket_error("write to");
    pollfd writable{socket, POLLOUT, 0};
    const int ready = ::poll(&writable, 1, milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return socket_error("wait for");
    if (ready == 0) return Error{ErrorCode::kUnavailable, "the other side takes no more bytes"};
  }
  return ok();
}

Result<Readiness> wait_readable(int socket, int interrupt, Deadline deadline) {
  for (;;) {
    std::array<pollfd, 2> waits = {pollfd{socket, POLLIN, 0}, pollfd{interrupt, POLLIN, 0}};
    const int ready = ::poll(waits.data(), waits.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return socket_error("wait for");
    if (waits[1].revents != 0) return Readiness::kInterrupted;
    if (waits[0].revents != 0) return Readiness::kReadable;
    return Readiness::kTimeout;
  }
}

Result<std::size_t> receive_some(int socket, std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == ECONNRESET) return std::size_t{0};
    if (errno != EINTR) return socket_error("read from");
  }
}

}  // namespace dgx
