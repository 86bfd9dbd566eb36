// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "generator/http/asio.hpp"
#include "generator/http/lanes.hpp"
#include "generator/http/message.hpp"
#include "generator/http/metrics.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::http {

/// Writes answers, and counts them. Threads: the one that runs the context of `lanes`.
class AnswerWriter {
 public:
  /// All of them outlive the writer.
  AnswerWriter(Lanes& lanes, Counters& counters, const protocol::Limits& limits)
      : lanes_(lanes), counters_(counters), limits_(limits) {}

  /// False where the caller took too long or is gone.
  Awaitable<bool> send(Stream& stream, Answer answer, bool keep);
  /// Nothing is read from who is turned away, and nothing waits for him.
  void turn_away(int fd, const Answer& answer);
  /// The answer that asks for no memory.
  void tell_no_memory(int fd);

 private:
  Awaitable<bool> send_file(Stream& stream, std::shared_ptr<const FileBody> file);

  Lanes& lanes_;
  Counters& counters_;
  const protocol::Limits& limits_;
};

}  // namespace dgx::http
