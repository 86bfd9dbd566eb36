// SPDX-License-Identifier: Apache-2.0
#include "generator/client/http_exchange.hpp"

#include <sys/socket.h>

#include <array>
#include <chrono>

#include "generator/client/event_reader.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using dgx::ErrorCode;
using dgx::client::EventReader;
using dgx::client::HttpReader;

namespace {

/// A connection of which the other side has said `bytes` and no more.
dgx::UniqueFd connection_that_said(const std::string& bytes) {
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const dgx::UniqueFd theirs(pair[1]);
  REQUIRE(::send(theirs.get(), bytes.data(), bytes.size(), 0) ==
          static_cast<ssize_t>(bytes.size()));
  return dgx::UniqueFd(pair[0]);
}

dgx::Deadline soon() {
  return std::chrono::steady_clock::now() + 10s;
}

ErrorCode head_error(const std::string& bytes) {
  const auto socket = connection_that_said(bytes);
  const auto answer = HttpReader(socket.get(), -1).head(soon());
  REQUIRE_FALSE(answer);
  return answer.error().code;
}

}  // namespace

TEST_CASE("An answer is read with its status, headers and body", "[client]") {
  const auto socket =
      connection_that_said("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-Y: z\r\n\r\n{}rest");
  HttpReader reader(socket.get(), -1);
  auto answer = reader.head(soon());
  REQUIRE_OK(answer);
  CHECK(answer->status == 202);
  CHECK(answer->headers.at("x-y") == "z");
  REQUIRE_OK(reader.body(*answer, soon()));
  CHECK(answer->body == "{}");
}

TEST_CASE("Garbage, half an answer and a body of no known length are refused", "[client]") {
  CHECK(head_error("nonsense\r\n\r\n") == ErrorCode::kCorrupt);
  CHECK(head_error("HTTP/1.1 200 OK\r\nno colon\r\n\r\n") == ErrorCode::kCorrupt);
  CHECK(head_error("HTTP/1.1 200 OK\r\nA: b") == ErrorCode::kUnavailable);
  for (const char* length : {"", "Content-Length: x\r\n", "Content-Length: 99999999999\r\n"}) {
    const auto socket = connection_that_said("HTTP/1.1 200 OK\r\n" + std::string(length) + "\r\n");
    HttpReader reader(socket.get(), -1);
    auto answer = reader.head(soon());
    REQUIRE_OK(answer);
    CHECK_FALSE(reader.body(*answer, soon()));
  }
}

TEST_CASE("Events are read one by one, signs of life are passed over", "[client]") {
  auto socket = connection_that_said(
      ": still here\n\nid: 7\nevent: completed\ndata: {\"a\":1}\n\nevent: progress\ndata: {}\n\n");
  HttpReader lines(socket.get(), -1);
  EventReader events(std::move(socket), std::move(lines));
  const auto first = events.next();
  REQUIRE_OK(first);
  CHECK(first->id == 7);
  CHECK(first->kind == "completed");
  CHECK(first->data == "{\"a\":1}");
  const auto second = events.next();
  REQUIRE_OK(second);
  CHECK_FALSE(second->id);
  CHECK(events.next().error().code == ErrorCode::kUnavailable);
}

TEST_CASE("Where no service listens, that is said", "[client]") {
  const auto socket = dgx::client::connect_to("/nonexistent/api.sock");
  REQUIRE_FALSE(socket);
  CHECK(socket.error().code == ErrorCode::kUnavailable);
  CHECK_FALSE(dgx::client::connect_to("/" + std::string(200, 'x')));
}
