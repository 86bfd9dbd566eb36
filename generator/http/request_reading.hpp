// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "generator/http/asio.hpp"
#include "generator/http/message.hpp"
#include "generator/http/router.hpp"
#include "generator/http/tcp_gate.hpp"
#include "generator/protocol/endpoint.hpp"

// Private to the server: what Boost.Beast has to say about a request, in the words of message.hpp.
namespace dgx::http {

using protocol::CallId;

using Parser = wire::request_parser<wire::string_body>;

inline std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

inline std::optional<std::string_view> header(const Parser& parser, wire::field name) {
  const auto found = parser.get().find(name);
  if (found == parser.get().end()) return std::nullopt;
  return view_of(found->value());
}

/// What is answered to a request that cannot be read; nothing where nobody is there to read it.
inline std::optional<Answer> unreadable(const error_code& error) {
  if (error == beast::error::timeout) {
    return refusal(408, ErrorCode::kUnavailable, "the request did not come to its end in time");
  }
  if (error == wire::error::body_limit) {
    return error_answer({ErrorCode::kTooLarge, "a body must be at most 1048576 bytes"});
  }
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    return refusal(431, ErrorCode::kTooLarge, "headers must be at most 8192 bytes");
  }
  if (error == wire::error::end_of_stream || error == net::error::eof ||
      error == wire::error::partial_message || error == net::error::connection_reset ||
      error == net::error::broken_pipe || error == net::error::operation_aborted) {
    return std::nullopt;
  }
  return error_answer({ErrorCode::kMalformed, "not readable as HTTP/1.1: " + error.message()});
}

/// Method and path for the log. The query and the name of a file are left out: they may hold words
/// of a prompt.
inline std::string line_of(const Parser& parser, const Call& call) {
  std::string_view path = view_of(parser.get().target());
  path = path.substr(0, path.find('?'));
  if (call.id == CallId::kFile) path = "/api/v1/files/{name}";
  return std::string(view_of(parser.get().method_string())) + " " + std::string(path);
}

/// Ends the reading of a request when its time is over. The stream's own timer would close the
/// socket, and then nobody could be told why.
class ReadDeadline {
 public:
  ReadDeadline(Stream& stream, std::chrono::milliseconds time)
      : timer_(stream.get_executor(), time), state_(std::make_shared<State>(State{&stream})) {
    stream.expires_never();
    timer_.async_wait([state = state_](const error_code& error) {
      if (error || state->stream == nullptr) return;
      state->is_over = true;
      error_code ignored;
      state->stream->socket().cancel(ignored);
    });
  }
  ~ReadDeadline() { state_->stream = nullptr; }
  ReadDeadline(const ReadDeadline&) = delete;
  ReadDeadline& operator=(const ReadDeadline&) = delete;

  /// What the read came to: a timeout where it was ended here.
  [[nodiscard]] error_code judge(const error_code& error) const {
    return error && state_->is_over ? error_code(beast::error::timeout) : error;
  }

 private:
  struct State {
    Stream* stream;
    bool is_over = false;
  };
  net::steady_timer timer_;
  std::shared_ptr<State> state_;
};

inline bool changes_something(wire::verb method) {
  return method != wire::verb::get;
}

/// Takes over what a call needs of the headers; gives a refusal where they do not fit it.
inline std::optional<Answer> read_header_fields(const Parser& parser, Call& call) {
  if (const auto range = header(parser, wire::field::range)) call.range = std::string(*range);
  if (const auto id = parser.get().find("Last-Event-ID"); id != parser.get().end()) {
    const std::string_view text = view_of(id->value());
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size() || number < 0) {
      return error_answer({ErrorCode::kInvalidArgument, "Last-Event-ID must be the id of an event",
                           "Last-Event-ID"});
    }
    call.last_event_id = number;
  }
  const bool takes_body = call.id == CallId::kGenerate || call.id == CallId::kGenerateBatch ||
                          call.id == CallId::kChangeTake;
  const std::string_view type = header(parser, wire::field::content_type).value_or("");
  if (takes_body && type.substr(0, type.find(';')) != "application/json") {
    return refusal(415, ErrorCode::kInvalidArgument, "Content-Type must be application/json");
  }
  return std::nullopt;
}

/// What can be said before the body is read. `gate` is null on the Unix socket.
inline std::variant<Call, Answer> judge_header(const Parser& parser, const protocol::Limits& limits,
                                               TcpGate* gate) {
  const auto& request = parser.get();
  const std::string_view target = view_of(request.target());
  if (target.size() > limits.target_bytes) {
    return refusal(414, ErrorCode::kTooLarge,
                   "path and query must be at most " + std::to_string(limits.target_bytes) +
                       " bytes, got " + std::to_string(target.size()));
  }
  const auto fields = static_cast<std::size_t>(std::distance(request.begin(), request.end()));
  if (fields > limits.header_fields) {
    return refusal(431, ErrorCode::kTooLarge,
                   "a request must have at most " + std::to_string(limits.header_fields) +
                       " headers, got " + std::to_string(fields));
  }
  if (gate != nullptr) {
    const TcpGate::Headers headers{header(parser, wire::field::host),
                                   header(parser, wire::field::origin),
                                   header(parser, wire::field::authorization)};
    auto refused =
        gate->check(headers, changes_something(request.method()), std::chrono::steady_clock::now());
    if (refused) return *std::move(refused);
  }
  auto routed = route(view_of(request.method_string()), target);
  if (auto* call = std::get_if<Call>(&routed)) {
    if (auto refused = read_header_fields(parser, *call)) return *std::move(refused);
  }
  return routed;
}

}  // namespace dgx::http
