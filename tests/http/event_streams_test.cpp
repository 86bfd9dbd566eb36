// SPDX-License-Identifier: Apache-2.0
#include "generator/http/event_streams.hpp"

#include <sqlite3.h>
#include <sys/resource.h>

#include <memory>
#include <vector>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<RawConnection> listener(const TestService& service,
                                        const std::string& header = {}) {
  auto connection = std::make_unique<RawConnection>(service.socket());
  connection->send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n" + header + "\r\n");
  return connection;
}

// Both ends of a thousand connections live in this process.
bool may_open_thousands_of_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < 4096) return false;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

void add_events(const TestService& service, const std::string& job_id, int count) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((service.data() / "history.db").c_str(), &database) == SQLITE_OK);
  const std::string sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
      std::to_string(count) + ") INSERT INTO events (job_id, kind, at) SELECT '" + job_id +
      "', 'requeued', '2026-01-01T00:00:00.000Z' FROM n";
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("A thousand listeners all hear of a job, calls are answered, and one too many is not",
          "[http]") {
  if (!may_open_thousands_of_files()) {
    WARN("this user may not open enough files");
    return;
  }
  const TestService service;
  std::vector<std::unique_ptr<RawConnection>> listeners;
  for (std::size_t i = 0; i < dgx::protocol::Limits{}.event_streams; ++i) {
    listeners.push_back(listener(service));
    REQUIRE(listeners.back()->read_until("text/event-stream"));
  }
  CHECK(parse_reply(listener(service)->read_all()).status == 503);
  CHECK(service.call("POST", "/api/v1/generate", R"({"prompt":"a plain tone"})").status == 202);
  CHECK(service.call("GET", "/health").status == 200);
  for (const auto& one : listeners) CHECK(one->read_until("event: completed"));
}

TEST_CASE("A listener who never reads is dropped, and the others hear all", "[http]") {
  dgx::protocol::Limits limits;
  limits.write = 200ms;
  const TestService service(limits, false);
  const auto job = service.call("POST", "/api/v1/generate", R"({"prompt":"rain"})");
  constexpr int kMoreThanFits = 5000;
  add_events(service, text_field(job.body, "job_id"), kMoreThanFits);
  const auto reads = listener(service);
  REQUIRE(reads->read_until("text/event-stream"));
  const auto never_reads = listener(service, "Last-Event-ID: 0\r\n");
  CHECK(service.call("POST", "/api/v1/generate", R"({"prompt":"wind"})").status == 202);
  CHECK(reads->read_until("id: " + std::to_string(kMoreThanFits + 2) + "\n"));
  const auto dropped = [&] {
    const auto metrics = service.call("GET", "/metrics");
    return metrics.body.find("dgx_music_event_streams 1\n") != std::string::npos &&
           metrics.body.find("dgx_music_timed_out_connections_total 1\n") != std::string::npos;
  };
  while (!dropped()) {
  }
}

TEST_CASE("Listeners hear when jobs begin to wait for a host, and when they wait no more",
          "[http]") {
  const TestService service({}, true, {}, "cuda:0");
  const auto plays = [&](const char* rolling) {
    const std::string report = R"({"client":"a","host":"Ardour","rolling":)";
    return service.call("PUT", "/api/v1/transport", report + rolling + "}").status == 200;
  };
  const auto before = listener(service);
  REQUIRE(before->read_until("text/event-stream"));
  REQUIRE(plays("true"));
  const auto job = service.call("POST", "/api/v1/generate", R"({"prompt":"a plain tone"})");
  REQUIRE(before->read_until("event: waits\ndata: {}\n\n"));
  const std::string view = "/api/v1/jobs/" + text_field(job.body, "job_id");
  CHECK(text_field(service.call("GET", view).body, "waits") == "waits while Ardour plays");

  const auto after = listener(service);
  REQUIRE(after->read_until("text/event-stream"));
  REQUIRE(plays("false"));
  REQUIRE(after->read_until("event: waits"));
  CHECK(service.call("GET", view).body.find("waits") == std::string::npos);
  REQUIRE(after->read_until("event: completed"));
}
