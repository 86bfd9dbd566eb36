// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/transport.hpp"

#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

TEST_CASE("Every message about transports is decoded and encoded again to the same bytes",
          "[protocol]") {
  check_round_trip<TransportReport>("transport_report");
  check_round_trip<TransportView>("transport_view");
}

TEST_CASE("A report of a transport that says what none may say is refused by its field",
          "[protocol]") {
  CHECK(refused<TransportReport>("[]").code == ErrorCode::kInvalidArgument);
  CHECK(refused<TransportReport>(R"({"rolling":true})").field == "client");
  CHECK(refused<TransportReport>(R"({"client":"a"})").message ==
        "rolling must be true or false, got nothing");
  CHECK(refused<TransportReport>(R"({"client":"a","rolling":1})").field == "rolling");
  CHECK(refused<TransportReport>(R"({"client":"","rolling":true})").message ==
        "client must have 1 to 64 characters, got 0");
  CHECK(refused<TransportReport>("{\"client\":\"a\",\"rolling\":true,\"host\":\"" +
                                 std::string(65, 'x') + "\"}")
            .message == "host must have 1 to 64 characters, got 65");
  CHECK(refused<TransportReport>(R"({"client":"a\nb","rolling":true})").field == "client");
  CHECK(refused<TransportReport>(R"({"client":"a","rolling":true,"speed":1})").message ==
        "a transport has no field \"speed\"");
}
