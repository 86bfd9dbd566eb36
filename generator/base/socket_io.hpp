// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "generator/base/result.hpp"

namespace dgx {

using Deadline = std::chrono::steady_clock::time_point;

/// Writes all bytes to a stream socket. Fails with kUnavailable where the other side does not take
/// them until the deadline, and with kIo where it is gone; never raises SIGPIPE.
Status send_all(int socket, std::span<const std::byte> bytes, Deadline deadline);

/// What a wait on a socket came to.
enum class Readiness { kReadable, kInterrupted, kTimeout };

/// Waits until `socket` has bytes (or its end), `interrupt` (an eventfd, or -1) is raised, or the
/// deadline passes, whichever comes first.
Result<Readiness> wait_readable(int socket, int interrupt, Deadline deadline);

/// Reads what is there, at least one byte, waiting if need be. 0 means that the other side closed.
Result<std::size_t> receive_some(int socket, std::span<std::byte> buffer);

}  // namespace dgx
