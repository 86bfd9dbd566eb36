// SPDX-License-Identifier: Apache-2.0
#include "tests/plugin/panel/sick_service.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dgx::test {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
constexpr std::size_t kFlood = std::size_t{1} << 30U;
constexpr int kSecond = 1000;
constexpr int kFloodPause = 1;  // ms, so that others run too

}  // namespace

SickService::SickService(Sickness sickness, const std::filesystem::path& socket)
    : sickness_(sickness), end_(::eventfd(0, EFD_CLOEXEC)) {
  if (sickness == Sickness::kAbsent) return;
  listen_at(socket);
  thread_ = std::jthread([this] { run(); });
}

SickService::~SickService() {
  ::eventfd_write(end_.get(), 1);
}

void SickService::listen_at(const std::filesystem::path& socket) {
  std::filesystem::create_directories(socket.parent_path());
  listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 16) != 0) {
    throw std::runtime_error("cannot listen at " + socket.string());
  }
}

void SickService::run() {
  const int pause = sickness_ == Sickness::kFloods ? kFloodPause : kSecond;
  for (;;) {
    std::array<pollfd, 2> fds = {{{end_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), pause);
    if (fds[0].revents != 0) return;
    if (fds[1].revents != 0) accept_one();
    for (Connection& connection : connections_) serve(connection);
  }
}

void SickService::accept_one() {
  UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.valid()) return;
  // A Unix socket that is closed with bytes that nobody read gives ECONNRESET to the other side.
  if (sickness_ == Sickness::kResets) {
    pollfd request{socket.get(), POLLIN, 0};
    ::poll(&request, 1, kSecond);
    return;
  }
  connections_.push_back({std::move(socket), 0});
}

void SickService::serve(Connection& connection) const {
  const int fd = connection.socket.get();
  if (sickness_ == Sickness::kDrips && connection.sent < kAnswer.size()) {
    connection.sent += ::send(fd, &kAnswer[connection.sent], 1, MSG_NOSIGNAL) == 1 ? 1U : 0U;
  }
  if (sickness_ == Sickness::kFloods && connection.sent < kFlood) {
    static const std::string kPiece(std::size_t{1} << 18U, 'x');
    const ::ssize_t sent = ::send(fd, kPiece.data(), kPiece.size(), MSG_NOSIGNAL);
    if (sent > 0) connection.sent += static_cast<std::size_t>(sent);
  }
}

}  // namespace dgx::test
