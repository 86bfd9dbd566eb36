// SPDX-License-Identifier: Apache-2.0
#include "generator/http/server.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string take_of(const TestService& service, const std::string& job_id) {
  return text_field(service.call("GET", "/api/v1/jobs/" + job_id).body, "take_id");
}

fs::path file_of(const TestService& service, const std::string& take_id) {
  return text_field(service.call("GET", "/api/v1/takes/" + take_id).body, "file_path");
}

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

}  // namespace

TEST_CASE("A request becomes a job, a take and files, and all are told of", "[http]") {
  const TestService service;
  const std::string job = service.completed_job("a plain tone");
  CHECK(has(service.call("GET", "/api/v1/jobs/" + job).body, "\"status\":\"completed\""));
  const std::string take = take_of(service, job);
  CHECK(has(service.call("GET", "/api/v1/takes/" + take).body, "\"audio_sha256\""));
  const auto peaks = service.call("GET", "/api/v1/takes/" + take + "/peaks?columns=8");
  CHECK(peaks.status == 200);
  CHECK(std::count(peaks.body.begin(), peaks.body.end(), ',') == 18);
  CHECK(service.call("GET", "/api/v1/takes/" + take + "/peaks?columns=0").status == 422);
  CHECK(has(service.call("GET", "/api/v1/history?q=plain").body, "\"total\":1"));
  CHECK(has(service.call("GET", "/api/v1/models").body, "\"id\":\"fake\""));
  CHECK(has(service.call("GET", "/metrics").body, "dgx_music_jobs{status=\"completed\"} 1\n"));
  CHECK(has(service.call("GET", "/openapi.json").body, "\"openapi\":\"3.1.0\""));
  CHECK(service.call("GET", "/api/v1/jobs/nothing").status == 404);
  CHECK(service.call("GET", "/api/v1/takes/nothing").status == 404);
}

TEST_CASE("A file is served whole and in ranges, and only files of takes are", "[http]") {
  const TestService service;
  const fs::path wav = file_of(service, take_of(service, service.completed_job("a plain tone")));
  const std::string target = "/api/v1/files/" + wav.filename().string();
  const auto size = fs::file_size(wav);
  const auto whole = service.call("GET", target);
  CHECK(whole.status == 200);
  CHECK(has(whole.head, "Content-Type: audio/wav"));
  CHECK(whole.body.size() == size);
  const auto range = [&](const std::string& text) {
    return service.call("GET", target, {}, "Range: bytes=" + text + "\r\n");
  };
  CHECK(range("0-3").body == "RIFF");
  CHECK(range("0-3").status == 206);
  CHECK(has(range("0-3").head, "Content-Range: bytes 0-3/" + std::to_string(size)));
  CHECK(range("4-").body == whole.body.substr(4));
  CHECK(range("-10").body == whole.body.substr(size - 10));
  CHECK(range("0-99999999").body.size() == size);
  CHECK(range(std::to_string(size) + "-").status == 416);
  for (const char* ignored : {"5-4", "x", "0-1,3-4", "-", ""}) CHECK(range(ignored).status == 200);
  const std::string stem = wav.stem().string();
  CHECK(service.call("GET", "/api/v1/files/" + stem + ".json").status == 200);
  CHECK(service.call("GET", "/api/v1/files/" + stem + ".mid").status == 200);
  CHECK(service.call("GET", "/api/v1/files/history.db").status == 404);
  CHECK(service.call("GET", "/api/v1/files/x-" + stem + ".wav").status == 404);
}

TEST_CASE("A take is named, made a favourite, trashed and restored", "[http]") {
  const TestService service;
  const std::string take = take_of(service, service.completed_job("a plain tone"));
  const std::string target = "/api/v1/takes/" + take;
  const fs::path wav = file_of(service, take);
  const auto changed = service.call("PATCH", target, R"({"name":"Intro","favourite":true})");
  CHECK(text_field(changed.body, "name") == "Intro");
  CHECK(service.call("PATCH", target, R"({"seed":1})").status == 422);
  CHECK(has(service.call("GET", "/api/v1/history?favourite=true").body, "\"total\":1"));
  CHECK(service.call("DELETE", target).status == 200);
  CHECK_FALSE(fs::exists(wav));
  CHECK(fs::exists(wav.parent_path() / ".trash" / wav.filename()));
  CHECK(has(service.call("GET", "/api/v1/history").body, "\"total\":0"));
  CHECK(has(service.call("GET", "/api/v1/history?trash=true").body, "\"total\":1"));
  CHECK(service.call("GET", "/api/v1/files/" + wav.filename().string()).status == 404);
  CHECK(service.call("GET", target + "/peaks").status == 409);
  CHECK(service.call("POST", target + "/restore").status == 200);
  CHECK(fs::exists(wav));
  CHECK_FALSE(fs::exists(wav.parent_path() / ".trash"));
  CHECK(has(service.call("GET", "/api/v1/history").body, "\"total\":1"));
}

TEST_CASE("A job is cancelled while it waits and while it runs, and not after its end", "[http]") {
  const TestService service;
  for (const std::string prompt : {"slow tone", "please hang now"}) {
    const auto accepted =
        service.call("POST", "/api/v1/generate", R"({"prompt":")" + prompt + "\"}");
    const std::string job = text_field(accepted.body, "job_id");
    const auto waiting = service.call("POST", "/api/v1/generate", R"({"prompt":"after it"})");
    const std::string later = text_field(waiting.body, "job_id");
    RawConnection events(service.socket());
    events.send(get("/api/v1/jobs/" + job + "/events"));
    REQUIRE(events.read_until("\"phase\":\"generating\""));
    CHECK(service.call("DELETE", "/api/v1/jobs/" + later).status == 200);
    const auto running = service.call("DELETE", "/api/v1/jobs/" + job);
    CHECK(running.status == 200);
    CHECK(has(running.body, "\"status\":\"cancelled\""));
    CHECK(events.read_until("event: cancelled"));
    CHECK(service.call("DELETE", "/api/v1/jobs/" + job).status == 409);
  }
  CHECK(service.call("DELETE", "/api/v1/jobs/nothing").status == 404);
}

TEST_CASE("An event stream resumes after the event that was seen last", "[http]") {
  const TestService service;
  service.completed_job("a plain tone");
  RawConnection live(service.socket());
  live.send(get("/api/v1/events"));
  REQUIRE(live.read_until("text/event-stream"));
  const std::string second = service.completed_job("another tone");
  REQUIRE(live.read_until("event: completed"));
  CHECK(has(live.received(), "id: 5\nevent: added"));
  CHECK_FALSE(has(live.received(), "id: 4\n"));

  RawConnection resumed(service.socket());
  resumed.send(get("/api/v1/events", "Last-Event-ID: 2\r\n"));
  REQUIRE(resumed.read_until("id: 8\n"));
  CHECK_FALSE(has(resumed.received(), "id: 2\n"));
  for (const char* id : {"id: 3\n", "id: 4\n", "id: 5\n", "id: 6\n", "id: 7\n"}) {
    CHECK(has(resumed.received(), id));
  }
  // One job's stream has its events alone, and ends with it.
  const auto job = service.call("GET", "/api/v1/jobs/" + second + "/events");
  CHECK_FALSE(has(job.body, "id: 4\n"));
  CHECK(has(job.body, "id: 8\nevent: completed"));
  CHECK(service.call("GET", "/api/v1/jobs/nothing/events").status == 404);
}

TEST_CASE("A listener far behind is served from the database, page by page", "[http]") {
  dgx::protocol::Limits limits;
  limits.events_waiting = 4;
  const TestService service(limits, false);
  std::string batch = R"({"requests":[{"prompt":"rain"})";
  for (int i = 1; i < 100; ++i) batch += R"(,{"prompt":"rain"})";
  for (int i = 0; i < 5; ++i) {
    CHECK(service.call("POST", "/api/v1/generate/batch", batch + "]}").status == 202);
  }
  RawConnection events(service.socket());
  events.send(get("/api/v1/events", "Last-Event-ID: 0\r\n"));
  REQUIRE(events.read_until("id: 500\n"));
  std::size_t at = 0;
  for (int id = 1; id <= 500; ++id) {
    at = events.received().find("id: " + std::to_string(id) + "\n", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("One key and one request are one job, another request is a conflict", "[http]") {
  const TestService service({}, false);
  const auto post = [&](const std::string& body) {
    return service.call("POST", "/api/v1/generate", body);
  };
  const auto first = post(R"({"prompt":"rain","idempotency_key":"k"})");
  const auto again = post(R"({"prompt":"rain","idempotency_key":"k"})");
  CHECK(again.status == 202);
  CHECK(text_field(again.body, "job_id") == text_field(first.body, "job_id"));
  CHECK(post(R"({"prompt":"wind","idempotency_key":"k"})").status == 409);
  CHECK(service.call("GET", "/api/v1/jobs").body.ends_with("\"total\":1}"));
}

TEST_CASE("Calls follow each other on one connection", "[http]") {
  const TestService service({}, false);
  RawConnection connection(service.socket());
  connection.send(get("/health") + get("/health") + get("/nope"));
  CHECK(connection.read_until("there is nothing at /nope"));
}

TEST_CASE("The service leaves when nobody needs it", "[http]") {
  TestService service({}, true, 50ms);
  service.wait_for_exit();
  CHECK(fs::exists(service.data() / "history.db"));
}
