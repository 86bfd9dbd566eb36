// SPDX-License-Identifier: Apache-2.0
#include "generator/http/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "generator/base/directory.hpp"
#include "generator/base/environment.hpp"

namespace dgx::http {
namespace {

constexpr int kBacklog = 512;
constexpr int kFirstInheritedFd = 3;

Error unsafe(const std::filesystem::path& path, const std::string& why) {
  return {ErrorCode::kForbidden, path.string() + " " + why + "; move it away, then start again"};
}

// The folder is opened first and judged by its descriptor, so that it cannot be exchanged between.
Result<UniqueFd> open_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return error_from_errno(errno, "cannot make the folder " + folder.string());
  }
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ELOOP || errno == ENOTDIR) return unsafe(folder, "is not a folder but a link");
    return error_from_errno(errno, "cannot open the folder " + folder.string());
  }
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return error_from_errno(errno, folder.string());
  if (facts.st_uid != ::geteuid()) return unsafe(folder, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) return unsafe(folder, "is open to other users");
  return fd;
}

Status remove_old_socket(int folder, const std::filesystem::path& path, const char* name) {
  struct stat facts {};
  if (::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return ok();
  if (!S_ISSOCK(facts.st_mode)) return unsafe(path, "is not a socket");
  if (facts.st_uid != ::geteuid()) return unsafe(path, "belongs to another user");
  if (::unlinkat(folder, name, 0) == 0) return ok();
  return error_from_errno(errno, "cannot remove the old socket " + path.string());
}

// Bound through the open folder: the name may be longer than a socket's address, and the folder is
// the one that was judged.
Status bind_in(int folder, int socket, const std::filesystem::path& path, const char* name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string through = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
  std::memcpy(address.sun_path, through.c_str(), through.size() + 1);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  if (bound == 0) return ok();
  return error_from_errno(error, "cannot make the socket " + path.string());
}

int number_in_environment(const char* name) {
  int value = 0;
  const std::string digits = environment(name);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

Result<UniqueFd> listen_on_socket(const std::filesystem::path& folder, const char* name) {
  const std::filesystem::path path = folder / name;
  const auto directory = open_private_folder(folder);
  if (!directory) return directory.error();
  Status removed = remove_old_socket(directory->get(), path, name);
  if (!removed) return std::move(removed).error();
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return error_from_errno(errno, "cannot make a socket");
  Status bound = bind_in(directory->get(), socket.get(), path, name);
  if (!bound) return std::move(bound).error();
  if (::listen(socket.get(), kBacklog) != 0) {
    return error_from_errno(errno, "cannot listen on " + path.string());
  }
  return socket;
}

Result<UniqueFd> inherited_socket() {
  const int pid = number_in_environment("LISTEN_PID");
  const int count = number_in_environment("LISTEN_FDS");
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (pid != ::getpid() || count == 0) return UniqueFd();
  int listening = 0;
  int domain = 0;
  socklen_t size = sizeof listening;
  const bool is_ours =
      count == 1 &&
      ::getsockopt(kFirstInheritedFd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
      ::getsockopt(kFirstInheritedFd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
      listening == 1 && domain == AF_UNIX;
  if (!is_ours) {
    return Error{ErrorCode::kInvalidArgument, "LISTEN_FDS must be one listening Unix socket, got " +
                                                  std::to_string(count) + " descriptors"};
  }
  ::fcntl(kFirstInheritedFd, F_SETFD, FD_CLOEXEC);
  ::fcntl(kFirstInheritedFd, F_SETFL, O_NONBLOCK);
  return UniqueFd(kFirstInheritedFd);
}

Result<UniqueFd> listen_on_loopback(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return error_from_errno(errno, "cannot listen on 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

std::uint16_t port_of(const UniqueFd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool peer_is_this_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

}  // namespace dgx::http
