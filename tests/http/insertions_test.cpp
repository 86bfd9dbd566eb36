// SPDX-License-Identifier: Apache-2.0
// The calls about insertions; tests/jobs has what the desk does, tests/ardour the real Ardour.
#include "tests/http/http_fixture.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A service with a take in it.
struct Desk {
  TestService service{};
  std::string take = text_field(
      service.call("GET", "/api/v1/jobs/" + service.completed_job("a plain tone")).body, "take_id");

  [[nodiscard]] std::filesystem::path ardour() const {
    return service.socket().parent_path() / "ardour";
  }
  [[nodiscard]] HttpReply insert(const std::string& more = "") const {
    return service.call("POST", "/api/v1/insertions", R"({"take_id":")" + take + "\"" + more + "}");
  }
};

}  // namespace

TEST_CASE("An insertion is accepted, placed and told of", "[http]") {
  const Desk desk;
  ArdourSession session(desk.ardour(), "song");
  RawConnection events(desk.service.socket());
  events.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(events.read_until("event-stream"));
  const auto accepted = desk.insert(R"(,"track":"new","at":"bar:2")");
  INFO(accepted.body);
  REQUIRE(accepted.status == 202);
  const std::string target = "/api/v1/insertions/" + text_field(accepted.body, "insertion_id");
  CHECK(has(desk.service.call("GET", target).body, "\"status\":\"waiting\""));
  CHECK(session.posted().at == "bar:2");
  // Nobody asks the service: it sees by itself what the hook did.
  session.claim();
  REQUIRE(events.read_until("event: insertion_claimed"));
  CHECK(desk.service.call("DELETE", target).status == 409);
  const std::string id = text_field(accepted.body, "insertion_id");
  session.finish(id, {id, {}, "tone", "Audio 1", 96'000, 48'000});
  REQUIRE(events.read_until("event: insertion_done"));
  const auto done = desk.service.call("GET", target);
  CHECK(has(done.body, "\"status\":\"done\""));
  CHECK(has(done.body, "\"sample\":96000"));
}

TEST_CASE("An insertion is cancelled, and a bad one refused with its field", "[http]") {
  const Desk desk;
  CHECK(desk.insert().status == 409);
  CHECK(has(desk.insert().body, "no Ardour session is open"));
  const ArdourSession session(desk.ardour(), "song");
  const auto accepted = desk.insert();
  REQUIRE(accepted.status == 202);
  const std::string target = "/api/v1/insertions/" + text_field(accepted.body, "insertion_id");
  const auto cancelled = desk.service.call("DELETE", target);
  CHECK(cancelled.status == 200);
  CHECK(has(cancelled.body, "\"status\":\"cancelled\""));
  CHECK_FALSE(session.has("next.json"));
  CHECK(desk.service.call("GET", "/api/v1/insertions/nothing").status == 404);
  CHECK(desk.service.call("DELETE", "/api/v1/insertions/nothing").status == 404);
  const auto unknown = desk.service.call("POST", "/api/v1/insertions", R"({"take_id":"0000"})");
  CHECK(unknown.status == 404);
  CHECK(text_field(unknown.body, "field") == "take_id");
  CHECK(desk.insert(R"(,"at":"bar:0")").status == 422);
  CHECK(desk.insert(R"(,"session":"/nowhere")").status == 409);
  CHECK(desk.insert(R"(,"colour":"red")").status == 422);
  CHECK(desk.service.call("GET", "/api/v1/insertions").status == 405);
}
