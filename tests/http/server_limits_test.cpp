// SPDX-License-Identifier: Apache-2.0
// What the server does with callers that are wrong, slow, too many or too long.
#include <sqlite3.h>

#include <memory>
#include <utility>
#include <vector>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
using dgx::protocol::Limits;

namespace {

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

std::string many_headers(int count) {
  std::string headers;
  for (int i = 0; i < count; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  return headers;
}

std::string batch_of(int count) {
  std::string batch = R"({"requests":[)";
  for (int i = 0; i < count; ++i) batch += (i > 0 ? "," : "") + std::string(R"({"prompt":"rain"})");
  return batch + "]}";
}

}  // namespace

TEST_CASE("Malformed HTTP is answered with 4xx, and the service goes on", "[http]") {
  const TestService service({}, false);
  const std::string post =
      "POST /api/v1/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const std::vector<std::pair<std::string, int>> table = {
      {"nonsense\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET /health\r\n\r\n", 400},
      {"GET /health HTTP/9.9\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\n: empty\r\n\r\n", 400},
      {std::string("GET /he\0lth HTTP/1.1\r\n\r\n", 24), 400},
      {"GET /health HTTP/1.1\r\nA: b\x01\r\n\r\n", 400},
      {get("health"), 400},
      {get("/%zz"), 404},
      {get("/api/v1/jobs/%zz"), 400},
      {get("/api/v1/jobs/%ff"), 400},
      {get("/api/v1/history?q=%ff"), 400},
      {get("/api/v1/history?nothing=1"), 422},
      {get("/api/v1/history?page=1&page=2"), 422},
      {get("/api/v1/history?page=x"), 422},
      {get("/api/v1/history?page=0"), 422},
      {get("/api/v1/history?page_size=201"), 422},
      {get("/api/v1/history?favourite=maybe"), 422},
      {get("/api/v1/jobs?status=odd"), 422},
      {get("/../../etc/passwd"), 404},
      {get("/api/v1/files/..%2F..%2Fetc%2Fpasswd"), 404},
      {get("/api/v1/files/%00"), 404},
      {get("/api/v1/events", "Last-Event-ID: x\r\n"), 422},
      {get("/" + std::string(3000, 'a')), 414},
      {get("/health", "A: " + std::string(9000, 'b') + "\r\n"), 431},
      {get("/health", many_headers(70)), 431},
      {"BREW /health HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"POST /api/v1/generate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 415},
      {post + "Content-Length: 5000000\r\n\r\n", 413},
      {post + "Content-Length: -1\r\n\r\n", 400},
      {post + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
      {post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n500000\r\n", 413},
      {post + "Content-Length: 1\r\n\r\n{", 400},
      {post + "Content-Length: 2\r\n\r\n\xff\xfe", 400},
      {post + "Content-Length: 2\r\n\r\n{}", 422},
      {post + "Content-Length: 2\r\n\r\n[]", 422},
  };
  for (const auto& [request, status] : table) {
    const std::string shown = request.substr(0, 160);
    CAPTURE(shown, status);
    RawConnection connection(service.socket());
    connection.send(request);
    CHECK(connection.read_until("{\"error\":{\"code\":\""));
    CHECK(parse_reply(connection.received()).status == status);
  }
  CHECK(service.call("GET", "/health").status == 200);
}

TEST_CASE("Wrong fields are named with their range, and nothing is queued", "[http]") {
  const TestService service({}, false);
  const auto refused = [&](const std::string& body, int status, const std::string& message) {
    const auto reply = service.call("POST", "/api/v1/generate", body);
    CAPTURE(reply.body);
    CHECK(reply.status == status);
    CHECK(reply.body.find(message) != std::string::npos);
  };
  refused(R"({"prompt":"abc","duration":900})", 422,
          "duration must be 1 to 300 seconds, got 900\",\"field\":\"duration\"");
  refused(R"({"prompt":"abc","seed":9223372036854775808})", 422, "seed must be 0 to");
  refused(R"({"prompt":"abc","bpm":NaN})", 400, "malformed");
  refused(R"({"prompt":"abc","bpm":1e309})", 400, "malformed");
  refused(R"({"prompt":"abc","model":"nothing"})", 422, "\"field\":\"model\"");
  refused(R"({"prompt":"abc","output_dir":"/etc"})", 422, "\"field\":\"output_dir\"");
  refused(R"({"prompt":"a\u0000c"})", 422, "\"field\":\"prompt\"");
  refused(R"({"prompt":"abc","priority":"urgent"})", 422, "priority must be low, normal or high");
  refused("{\"prompt\":" + std::string(20, '[') + std::string(20, ']') + "}", 400, "malformed");
  CHECK(service.call("GET", "/api/v1/jobs").body == R"({"jobs":[],"total":0})");
}

TEST_CASE("Who drips a request is told so in time, and keeps nobody waiting", "[http]") {
  Limits limits;
  limits.header = 300ms;
  limits.body = 300ms;
  limits.connections = 512;
  const TestService service(limits, false);
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 500; ++i) {
    slow.push_back(std::make_unique<RawConnection>(service.socket()));
    slow.back()->send(i % 2 == 0 ? "GET /health HTTP/1.1\r\nHo"
                                 : "POST /api/v1/generate HTTP/1.1\r\nContent-Type: "
                                   "application/json\r\nContent-Length: 100\r\n\r\n{");
  }
  CHECK(service.call("GET", "/health").status == 200);
  for (const auto& connection : slow) {
    CHECK(parse_reply(connection->read_all()).status == 408);
  }
}

TEST_CASE("Who connects and says nothing is let go", "[http]") {
  Limits limits;
  limits.header = 100ms;
  const TestService service(limits, false);
  CHECK(RawConnection(service.socket()).read_all().empty());
}

TEST_CASE("Who does not read what he asked for is dropped", "[http]") {
  Limits limits;
  limits.write = 200ms;
  const TestService service(limits, false);
  RawConnection greedy(service.socket());
  std::string requests;
  constexpr std::size_t kRequests = 3000;
  for (std::size_t i = 0; i < kRequests; ++i) requests += get("/openapi.json");
  CHECK(greedy.send_what_fits(requests) > 0);
  // Nothing is read until the service has given up: then the one that asks is alone.
  while (service.call("GET", "/metrics").body.find("dgx_music_connections 1\n") ==
         std::string::npos) {
  }
  CHECK(greedy.read_all().size() < kRequests * 10'000);
}

TEST_CASE("Connections and event streams beyond their limits get 503", "[http]") {
  Limits limits;
  limits.connections = 3;
  limits.event_streams = 2;
  const TestService service(limits, false);
  std::vector<std::unique_ptr<RawConnection>> streams;
  for (int i = 0; i < 2; ++i) {
    streams.push_back(std::make_unique<RawConnection>(service.socket()));
    streams.back()->send(get("/api/v1/events"));
    CHECK(streams.back()->read_until("text/event-stream"));
  }
  CHECK(service.call("GET", "/api/v1/events").status == 503);
  std::vector<std::unique_ptr<RawConnection>> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(std::make_unique<RawConnection>(service.socket()));
    idle.back()->send(get("/health"));
    CHECK(idle.back()->read_until("\"status\":\"ok\""));
  }
  RawConnection turned_away(service.socket());
  const HttpReply refused = parse_reply(turned_away.read_all());
  CHECK(refused.status == 503);
  CHECK(refused.head.find("Retry-After: 5") != std::string::npos);
  idle.pop_back();
  // The place is free as soon as the service has seen the end of the connection.
  while (service.call("GET", "/health").status == 503) {
  }
}

TEST_CASE("A full queue refuses with 503 and Retry-After, a batch that is too long with 422",
          "[http]") {
  const TestService service({}, false);
  for (int i = 0; i < 10; ++i) {
    CHECK(service.call("POST", "/api/v1/generate/batch", batch_of(100)).status == 202);
  }
  const auto refused = service.call("POST", "/api/v1/generate", R"({"prompt":"rain"})");
  CHECK(refused.status == 503);
  CHECK(refused.head.find("Retry-After") != std::string::npos);
  CHECK(service.call("GET", "/api/v1/jobs").body.ends_with("\"total\":1000}"));
  CHECK(service.call("POST", "/api/v1/generate/batch", batch_of(101)).status == 422);
  CHECK(service.call("POST", "/api/v1/generate/batch", batch_of(0)).status == 422);
}

TEST_CASE("A locked database refuses changes with 503, and reading goes on", "[http]") {
  const TestService service({}, false);
  CHECK(service.call("POST", "/api/v1/generate", R"({"prompt":"rain"})").status == 202);
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open((service.data() / "history.db").c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
  const auto refused = service.call("POST", "/api/v1/generate", R"({"prompt":"wind"})");
  CHECK(refused.status == 503);
  CHECK(refused.head.find("Retry-After") != std::string::npos);
  CHECK(service.call("GET", "/api/v1/jobs").body.ends_with("\"total\":1}"));
  CHECK(service.call("GET", "/health").status == 200);
  sqlite3_close(other);
  CHECK(service.call("POST", "/api/v1/generate", R"({"prompt":"wind"})").status == 202);
}
