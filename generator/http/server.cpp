// SPDX-License-Identifier: Apache-2.0
#include "generator/http/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "generator/base/log.hpp"
#include "generator/http/answer_writing.hpp"
#include "generator/http/event_streams.hpp"
#include "generator/http/insertion_watch.hpp"
#include "generator/http/lanes.hpp"
#include "generator/http/lasting.hpp"
#include "generator/http/listener.hpp"
#include "generator/http/pulse.hpp"
#include "generator/http/request_reading.hpp"
#include "generator/http/tcp_gate.hpp"

namespace dgx::http {
namespace {

using namespace std::chrono_literals;

enum class Door { kUnix, kTcp };

constexpr auto kCancelPatience = 3s;
constexpr auto kLinger = 1s;
constexpr auto kIdleLook = 200ms;    // At least between two looks whether anybody is there.
constexpr auto kAcceptPause = 50ms;  // Where the process has no descriptors left.

Answer busy() {
  return error_answer({ErrorCode::kUnavailable, "the service has too much to do right now"});
}

}  // namespace

class Server::Implementation {
 public:
  Implementation(ServerOptions options, const ServiceParts& parts)
      : options_(std::move(options)), parts_(parts), handlers_(parts, counters_) {
    if (options_.tcp_socket.valid()) {
      gate_.emplace(port_of(options_.tcp_socket), options_.tcp_token,
                    options_.limits.changes_per_minute);
    }
  }
  ~Implementation() { lanes_.stop(); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void run() {
    while (!leaving_) run_while_memory_lasts();
    lanes_.stop();
  }

  void stop() {
    leaving_ = true;
    context_.stop();
  }

  void notify() { events_.notify(); }

 private:
  // Where there is no memory the one who asked for it gets nothing, and the others go on.

  void begin_what_lasts() {
    const auto accept = [this](const UniqueFd& listener, Door door, const auto& runs) {
      if (*runs || !listener.valid()) return;
      net::co_spawn(context_, accept_from(listener.get(), door, Lasting(context_, runs)),
                    net::detached);
    };
    accept(options_.unix_socket, Door::kUnix, accepts_unix_);
    accept(options_.tcp_socket, Door::kTcp, accepts_tcp_);
    if (options_.idle_exit && !*watches_) {
      net::co_spawn(context_, watch_idleness(Lasting(context_, watches_)), net::detached);
    }
    if (insertions_.is_possible() && !*watches_insertions_) {
      net::co_spawn(context_, watch_insertions(Lasting(context_, watches_insertions_)),
                    net::detached);
    }
    if (pulse_.is_wanted() && !*has_pulse_) {
      net::co_spawn(context_, keep_pulse(Lasting(context_, has_pulse_)), net::detached);
    }
  }

  void run_while_memory_lasts() {
    try {
      context_.restart();
      if (leaving_) return;
      begin_what_lasts();
      events_.look_again();
      context_.run();
    } catch (const std::bad_alloc&) {
      wait_for_memory();
    }
  }

  // Connections.

  Awaitable<void> accept_from(int listener, Door door, [[maybe_unused]] Lasting lasting) {
    net::posix::stream_descriptor ready(context_, ::dup(listener));
    for (;;) {
      const auto [error] =
          co_await ready.async_wait(net::posix::stream_descriptor::wait_read, kAsTuple);
      if (error) co_return;
      for (;;) {
        UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd.valid()) break;
        try {
          admit(std::move(fd), door);
        } catch (const std::bad_alloc&) {
          ++counters_.refused_connections;
        }
      }
      if (errno == EMFILE || errno == ENFILE) {
        net::steady_timer pause(context_, kAcceptPause);
        co_await pause.async_wait(kAsTuple);
      }
    }
  }

  void admit(UniqueFd fd, Door door) {
    if (door == Door::kUnix && !peer_is_this_user(fd.get())) {
      log::warning("another user's program was turned away");
      return answers_.turn_away(
          fd.get(), error_answer({ErrorCode::kForbidden, "this service belongs to another user"}));
    }
    if (counters_.connections >= static_cast<std::int64_t>(options_.limits.connections)) {
      ++counters_.refused_connections;
      return answers_.turn_away(fd.get(), busy());
    }
    last_activity_ = std::chrono::steady_clock::now();
    const int family = door == Door::kUnix ? AF_UNIX : AF_INET;
    Socket socket(context_);
    error_code refused;
    socket.assign(net::generic::stream_protocol(family, 0), fd.get(), refused);
    if (refused) return;
    [[maybe_unused]] const int owned = fd.release();
    net::co_spawn(context_, session(std::move(socket), door, Counted(counters_.connections)),
                  net::detached);
  }

  Awaitable<void> session(Socket socket, Door door, Counted open) {
    Stream stream(std::move(socket));
    bool answering = false;
    try {
      beast::flat_buffer buffer(options_.limits.header_bytes + options_.limits.body_bytes);
      for (bool first = true; co_await has_more(stream, buffer, first); first = false) {
        answering = false;
        if (!co_await serve_one(stream, buffer, door, open, answering)) break;
      }
    } catch (const std::bad_alloc&) {
      if (!answering) answers_.tell_no_memory(stream.socket().native_handle());
    }
    last_activity_ = std::chrono::steady_clock::now();
  }

  Awaitable<bool> has_more(Stream& stream, beast::flat_buffer& buffer, bool first) {
    if (buffer.size() > 0) co_return true;
    stream.expires_after(first ? options_.limits.header : options_.limits.idle);
    const auto [error, count] = co_await stream.async_read_some(buffer.prepare(1024), kAsTuple);
    if (error == beast::error::timeout && first) ++counters_.timed_out_connections;
    buffer.commit(count);
    co_return !error;
  }

  /// One request and its answer; false where the connection ends with it. `answering` is set when
  /// the first byte of an answer may be on its way.
  Awaitable<bool> serve_one(Stream& stream, beast::flat_buffer& buffer, Door door, Counted& open,
                            bool& answering) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.limits.header_bytes));
    parser.body_limit(options_.limits.body_bytes);
    const error_code header_error = co_await read_header(stream, buffer, parser);
    answering = static_cast<bool>(header_error);
    if (header_error) co_return co_await refuse_unreadable(stream, header_error);

    auto routed = judge_header(parser, options_.limits, door == Door::kTcp ? &*gate_ : nullptr);
    if (auto* refused = std::get_if<Answer>(&routed)) {
      answering = true;
      co_await answers_.send(stream, std::move(*refused), false);
      co_return co_await linger(stream);
    }
    Call& call = std::get<Call>(routed);
    if (header(parser, wire::field::expect)) {
      stream.expires_after(options_.limits.write);
      co_await net::async_write(stream, net::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25), kAsTuple);
    }
    const error_code body_error = co_await read_body(stream, buffer, parser);
    answering = static_cast<bool>(body_error);
    if (body_error) co_return co_await refuse_unreadable(stream, body_error);
    const bool keep = parser.get().keep_alive();
    call.body = std::move(parser.get().body());
    if (call.id == CallId::kEvents || call.id == CallId::kJobEvents) {
      answering = true;
      co_await stream_events(stream, call, open);
      co_return false;
    }
    const std::string line = line_of(parser, call);
    Answer given = co_await answer(std::move(call));
    log::info(line + " " + std::to_string(given.status));
    answering = true;
    co_return co_await answers_.send(stream, std::move(given), keep) && keep;
  }

  Awaitable<error_code> read_header(Stream& stream, beast::flat_buffer& buffer,
                                    Parser& parser) const {
    const ReadDeadline deadline(stream, options_.limits.header);
    const auto [error, count] = co_await wire::async_read_header(stream, buffer, parser, kAsTuple);
    co_return deadline.judge(error);
  }

  Awaitable<error_code> read_body(Stream& stream, beast::flat_buffer& buffer,
                                  Parser& parser) const {
    const ReadDeadline deadline(stream, options_.limits.body);
    const auto [error, count] = co_await wire::async_read(stream, buffer, parser, kAsTuple);
    co_return deadline.judge(error);
  }

  Awaitable<bool> refuse_unreadable(Stream& stream, error_code error) {
    if (error == beast::error::timeout) ++counters_.timed_out_connections;
    if (auto refused = unreadable(error)) {
      co_await answers_.send(stream, *std::move(refused), false);
      co_await linger(stream);
    }
    co_return false;
  }

  /// Reads what a refused client still sends, so that he gets to read the refusal.
  Awaitable<bool> linger(Stream& stream) {
    error_code ignored;
    stream.socket().shutdown(Socket::shutdown_send, ignored);
    stream.expires_after(kLinger);
    std::array<char, 4096> rest{};
    for (;;) {
      const auto [error, count] = co_await stream.async_read_some(net::buffer(rest), kAsTuple);
      if (error) co_return false;
    }
  }

  // Answers.

  Awaitable<Answer> answer(Call call) {
    if (call.id == CallId::kCancelJob) co_return co_await cancel(call.parameter);
    const Lane lane = lane_of(call.id);
    auto work = [this, call = std::move(call)] { return handlers_.answer(call); };
    auto given = co_await lanes_.on(lane, std::move(work));
    if (lane == Lane::kWrites) events_.notify();
    if (!given) co_return busy();
    co_return *std::move(given);
  }

  Awaitable<Answer> cancel(const std::string& job_id) {
    auto ask = [this, job_id] { return parts_.writer.cancel(job_id); };
    const auto asked = co_await lanes_.on(Lane::kWrites, std::move(ask));
    events_.notify();
    if (!asked) co_return busy();
    if (!*asked) co_return error_answer(asked->error());
    const auto deadline = std::chrono::steady_clock::now() + kCancelPatience;
    for (;;) {
      auto look = [this, job_id] { return parts_.reader.job(job_id); };
      const auto job = co_await lanes_.on(Lane::kReads, std::move(look));
      if (!job) co_return busy();
      if (!*job) co_return error_answer(job->error());
      const auto status = (*job)->status;
      const bool open =
          status == protocol::JobStatus::kProcessing || status == protocol::JobStatus::kPending;
      if (!open && status != protocol::JobStatus::kCancelled) {
        co_return error_answer(
            {ErrorCode::kConflict, "job " + job_id + " came to its end before it was cancelled"});
      }
      if (!open || std::chrono::steady_clock::now() >= deadline) {
        Answer answer;
        answer.status = open ? 202 : 200;
        answer.body = encode(**job);
        co_return answer;
      }
      co_await events_.wait_for_change(deadline);
    }
  }

  // Events.

  Awaitable<void> stream_events(Stream& stream, const Call& call, Counted& open) {
    if (counters_.event_streams >= static_cast<std::int64_t>(options_.limits.event_streams)) {
      ++counters_.refused_connections;
      co_await answers_.send(stream, busy(), false);
      co_return;
    }
    const std::string& job_id = call.parameter;
    if (!job_id.empty()) {
      auto look = [this, job_id] { return parts_.reader.job(job_id); };
      const auto job = co_await lanes_.on(Lane::kReads, std::move(look));
      if (!job || !*job) {
        Answer refused = job ? error_answer(job->error()) : busy();
        co_await answers_.send(stream, std::move(refused), false);
        co_return;
      }
    }
    // An event stream counts for itself, so that a thousand of them leave room for calls.
    open = Counted(counters_.event_streams);
    ++counters_.answers[2];
    co_await events_.follow(stream, job_id, call.last_event_id);
  }

  // Leaving.

  [[nodiscard]] std::chrono::steady_clock::time_point last_activity() const {
    return std::max(last_activity_, events_.last_change());
  }

  Awaitable<void> watch_insertions([[maybe_unused]] Lasting lasting) { co_await insertions_.run(); }

  Awaitable<void> keep_pulse(Lasting lasting) {
    co_await pulse_.run();
    lasting.end();
  }

  Awaitable<void> watch_idleness([[maybe_unused]] Lasting lasting) {
    net::steady_timer timer(context_);
    for (;;) {
      const auto earliest = std::chrono::steady_clock::now() + kIdleLook;
      timer.expires_at(std::max(earliest, last_activity() + *options_.idle_exit));
      co_await timer.async_wait(kAsTuple);
      const bool nobody =
          counters_.connections == 0 && counters_.event_streams == 0 && !insertions_.has_open();
      const auto counts =
          co_await lanes_.on(Lane::kReads, [this] { return parts_.reader.counts(); });
      const bool nothing = counts && *counts && (*counts)->pending + (*counts)->processing == 0;
      const auto now = std::chrono::steady_clock::now();
      if (!nobody || !nothing) last_activity_ = now;
      if (now - last_activity() < *options_.idle_exit) continue;
      log::info("nobody needs the service any more");
      stop();
    }
  }

  ServerOptions options_;
  ServiceParts parts_;
  Counters counters_{};
  Handlers handlers_;
  std::atomic<bool> leaving_{false};
  // What lasts, and whether it runs.
  std::shared_ptr<bool> accepts_unix_ = std::make_shared<bool>(false);
  std::shared_ptr<bool> accepts_tcp_ = std::make_shared<bool>(false);
  std::shared_ptr<bool> watches_ = std::make_shared<bool>(false);
  std::shared_ptr<bool> watches_insertions_ = std::make_shared<bool>(false);
  std::shared_ptr<bool> has_pulse_ = std::make_shared<bool>(false);
  net::io_context context_{1};
  std::optional<TcpGate> gate_{};
  Lanes lanes_{context_};
  AnswerWriter answers_{lanes_, counters_, options_.limits};
  EventStreams events_{context_, lanes_, parts_, counters_, options_.limits};
  InsertionWatch insertions_{context_, lanes_, parts_.insertions, [this] { events_.notify(); }};
  Pulse pulse_{context_, lanes_, options_.beat, options_.beat_every};
  std::chrono::steady_clock::time_point last_activity_ = std::chrono::steady_clock::now();
};

Server::Server(ServerOptions options, const ServiceParts& parts)
    : implementation_(std::make_unique<Implementation>(std::move(options), parts)) {}

Server::~Server() = default;

void Server::run() {
  implementation_->run();
}

void Server::stop() {
  implementation_->stop();
}

void Server::notify() {
  implementation_->notify();
}

}  // namespace dgx::http
