// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/protocol/mcp_messages.hpp"

namespace dgx::mcp {

/// What the tools do. Answers are JSON objects.
class ToolHost {
 public:
  virtual ~ToolHost() = default;
  virtual Result<std::string> generate(const protocol::GenerationRequest& request) = 0;
  virtual Result<std::string> job(const std::string& job_id) = 0;
  virtual Result<std::string> queue() = 0;
  virtual Result<std::string> cancel(const std::string& job_id) = 0;
  virtual Result<std::string> history(const protocol::McpHistoryArguments& arguments) = 0;
  virtual Result<std::string> place(const protocol::InsertionRequest& request) = 0;
  /// Jobs that have not ended, whoever asked for them.
  virtual Result<std::int64_t> jobs_waiting() = 0;
};

/// What one client may do. A model that talks itself into a loop shall not fill the machine.
struct McpLimits {
  std::size_t line_bytes = std::size_t{1} << 18;    ///< Of a message to us
  std::size_t answer_bytes = std::size_t{1} << 20;  ///< Of an answer, its line end included
  std::int64_t jobs_waiting = 32;                   ///< generate is refused beyond
  std::size_t generates_per_minute = 12;
  std::size_t placings_per_minute = 12;
};

/// Answers the messages of one client, one at a time and in order. It has no state but the
/// handshake and how often tools were called; whatever is sent, it goes on.
/// Threads: one at a time.
class McpServer {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// Owns neither the host nor what the clock reads; the host outlives it.
  explicit McpServer(ToolHost& host, McpLimits limits = {},
                     Clock clock = std::chrono::steady_clock::now)
      : host_(host), limits_(limits), clock_(std::move(clock)) {}

  /// The answer to a line, without a line end; nothing where none is due.
  std::optional<std::string> answer(std::string_view line);
  /// The answer to a line that was longer than McpLimits::line_bytes.
  [[nodiscard]] std::string refuse_long_line() const;

 private:
  std::string answer(const protocol::RpcRequest& request);
  std::string call_tool(const protocol::RpcRequest& request);
  Result<std::string> run_tool(protocol::McpTool tool, const std::string& arguments);
  Result<std::string> generate(const std::string& arguments);
  Result<std::string> place(const std::string& arguments);
  Status expect_room() const;
  /// Of what changes something, so much a minute.
  struct Pace {
    const char* tool;
    std::size_t most;
    std::deque<std::chrono::steady_clock::time_point> calls{};  // In the last minute
  };
  Status keep(Pace& pace) const;

  ToolHost& host_;
  McpLimits limits_;
  Clock clock_;
  bool initialized_ = false;
  Pace generating_{"generate", limits_.generates_per_minute};
  Pace placing_{"place_in_ardour", limits_.placings_per_minute};
};

}  // namespace dgx::mcp
