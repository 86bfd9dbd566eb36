// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx::http {

/// Listens on the Unix socket `folder`/`name`: makes the folder (0700) and the socket (0600), and
/// removes a socket that a service before left behind. The caller makes sure that there is no
/// other service. A folder that is a link, another user's, or open to others, and a name that is
/// taken by anything but a socket, are refused as they are.
Result<UniqueFd> listen_on_socket(const std::filesystem::path& folder, const char* name);

/// The socket that systemd passed to this process (LISTEN_PID, LISTEN_FDS), or an invalid one.
/// Takes the variables out of the environment. kInvalidArgument where it is no listening Unix
/// socket, or there are several.
Result<UniqueFd> inherited_socket();

/// Listens on 127.0.0.1; port 0 lets the system choose.
Result<UniqueFd> listen_on_loopback(std::uint16_t port);
/// The port of a TCP socket.
std::uint16_t port_of(const UniqueFd& socket);

/// True where the process at the other end of a Unix socket runs as this user.
bool peer_is_this_user(int socket);

}  // namespace dgx::http
