// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "generator/base/xdg.hpp"

// Where the service is met, and what it takes from a caller. The numbers are those of the code, of
// docs/protocol.md and of the tests. Each is looked at before anything is parsed.
namespace dgx::protocol {

using namespace std::chrono_literals;

inline constexpr const char* kSocketName = "api.sock";
inline constexpr const char* kTokenName = "tcp-token";

/// How `serve` ends where another program works on the data folder: EX_TEMPFAIL of sysexits(3).
inline constexpr int kExitOccupied = 75;

inline std::filesystem::path socket_path(const Places& places) {
  return places.runtime / kSocketName;
}

struct Limits {
  std::size_t target_bytes = 2048;        ///< Path and query of a request
  std::size_t header_bytes = 8192;        ///< Request line and header fields together
  std::size_t header_fields = 64;         ///< Their number
  std::size_t body_bytes = 1U << 20;      ///< Of a request
  std::chrono::milliseconds header = 5s;  ///< From the first byte to the end of the header
  std::chrono::milliseconds body = 10s;   ///< From the header to the end of the body
  std::chrono::milliseconds write = 5s;   ///< In which a caller has to take what is sent
  std::chrono::milliseconds idle = 60s;   ///< Between two requests on one connection
  std::size_t connections = 256;          ///< At once, without event streams
  std::size_t event_streams = 1024;       ///< At once
  std::size_t events_waiting = 256;       ///< For one stream; a slower reader is dropped
  std::int64_t jobs_waiting = 1000;       ///< Pending jobs; further ones are refused with 503
  std::size_t batch = 100;                ///< Requests in one batch
  std::int64_t changes_per_minute = 10;   ///< Calls that change something, on TCP only
};

/// What a caller who got 503 waits before he asks again.
inline constexpr auto kRetryAfter = 5s;

}  // namespace dgx::protocol
