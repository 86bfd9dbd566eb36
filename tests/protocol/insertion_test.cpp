// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/insertion.hpp"

#include <regex>

#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

TEST_CASE("Every message about insertions is decoded and encoded again to the same bytes",
          "[protocol]") {
  check_round_trip<InsertionRequest>("insertion_request");
  check_round_trip<InsertionView>("insertion_view");
  check_round_trip<InsertionOrder>("insertion_order");
  check_round_trip<InsertionOrder>("insertion_order_of_parts");
  check_round_trip<InsertionOutcome>("insertion_outcome");
  check_round_trip<ArdourFacts>("ardour_facts");
}

TEST_CASE("A take alone is enough to ask for an insertion", "[protocol]") {
  const auto request = decode<InsertionRequest>(R"({"take_id":"a3f9"})");
  REQUIRE_OK(request);
  CHECK(request->track == "selected");
  CHECK(request->at == "playhead");
  CHECK_FALSE(request->session.has_value());
}

TEST_CASE("An insertion that says what none may say is refused by its field", "[protocol]") {
  CHECK(refused<InsertionRequest>("[]").code == ErrorCode::kInvalidArgument);
  CHECK(refused<InsertionRequest>("{").code == ErrorCode::kMalformed);
  CHECK(refused<InsertionRequest>("{}").field == "take_id");
  CHECK(refused<InsertionRequest>(R"({"take_id":7})").field == "take_id");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","path":"/etc/passwd"})").field == "path");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","track":""})").field == "track");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","track":"a\nb"})").field == "track");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","track":")" + std::string(201, 'x') + "\"}")
            .message == "track must have 1 to 200 characters, got 201");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","session":""})").field == "session");
  CHECK(refused<InsertionRequest>(R"({"take_id":"a3f9","idempotency_key":""})").field ==
        "idempotency_key");
  const auto error = refused<InsertionRequest>(R"({"take_id":"a3f9","at":"bar:0"})");
  CHECK(error.field == "at");
  CHECK(error.message ==
        "at must be playhead, sample:N (0 to 999999999999) or bar:N (1 to 99999), got \"bar:0\"");
}

TEST_CASE("A place is taken exactly where its pattern takes it", "[protocol]") {
  const std::regex pattern(kInsertionPlacePattern);
  for (const char* at : {"playhead",
                         "sample:0",
                         "sample:96000",
                         "sample:999999999999",
                         "bar:1",
                         "bar:99999",
                         "",
                         "Playhead",
                         "playhead ",
                         "sample:",
                         "sample:-1",
                         "sample:+1",
                         "sample:007",
                         "sample:1.5",
                         "sample:1e3",
                         "sample:1000000000000",
                         "sample:99999999999999999999",
                         "bar:",
                         "bar:0",
                         "bar:01",
                         "bar:-3",
                         "bar:100000",
                         "bar:3 ",
                         "beat:3",
                         "sample:0x10"}) {
    CAPTURE(at);
    InsertionRequest request;
    request.take_id = "a3f9";
    request.at = at;
    CHECK(check(request).has_value() == std::regex_match(at, pattern));
  }
}

TEST_CASE("Every status of an insertion has one name", "[protocol]") {
  for (int i = 0; i < 5; ++i) {
    const auto status = static_cast<InsertionStatus>(i);
    CHECK(parse_insertion_status(to_string(status)) == status);
  }
  CHECK_FALSE(parse_insertion_status("posted").has_value());
}
