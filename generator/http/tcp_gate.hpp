// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/http/message.hpp"

namespace dgx::http {

/// What is looked at before a call that came over TCP is answered: the headers a browser cannot
/// forge, the token, and how often it is called. Threads: one at a time.
class TcpGate {
 public:
  using Clock = std::chrono::steady_clock;

  struct Headers {
    std::optional<std::string_view> host{};
    std::optional<std::string_view> origin{};
    std::optional<std::string_view> authorization{};
  };

  TcpGate(std::uint16_t port, std::string token, std::int64_t changes_per_minute)
      : port_(port), token_(std::move(token)), changes_per_minute_(changes_per_minute) {}

  /// The refusal, or nothing where the call may pass: 421 for another host than loopback, 403 for
  /// any Origin, 401 without the token, 429 for too many changes or wrong tokens in a minute.
  std::optional<Answer> check(const Headers& headers, bool changes_something,
                              Clock::time_point now);

 private:
  bool is_over_the_rate(Clock::time_point now);

  std::uint16_t port_;
  std::string token_;
  std::int64_t changes_per_minute_;
  std::deque<Clock::time_point> recent_{};
};

/// Makes a new token of 256 bits, in hex, in a file that only its owner may read, and gives it.
/// The file is made anew for each service.
Result<std::string> make_token(const std::filesystem::path& file);

}  // namespace dgx::http
