// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/transport.hpp"

#include <fstream>

#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

namespace {

template <typename Message>
void check_round_trip(const std::string& name) {
  CAPTURE(name);
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/" + name + ".json");
  REQUIRE(file.good());
  std::string json;
  std::getline(file, json);
  const auto message = decode<Message>(json);
  REQUIRE_OK(message);
  CHECK(encode(*message) == json);
}

dgx::Error refused(const std::string& json) {
  const auto message = decode<TransportReport>(json);
  REQUIRE_FALSE(message);
  return message.error();
}

}  // namespace

TEST_CASE("Every message about transports is decoded and encoded again to the same bytes",
          "[protocol]") {
  check_round_trip<TransportReport>("transport_report");
  check_round_trip<TransportView>("transport_view");
}

TEST_CASE("A report of a transport that says what none may say is refused by its field",
          "[protocol]") {
  CHECK(refused("[]").code == ErrorCode::kInvalidArgument);
  CHECK(refused(R"({"rolling":true})").field == "client");
  CHECK(refused(R"({"client":"a"})").message == "rolling must be true or false, got nothing");
  CHECK(refused(R"({"client":"a","rolling":1})").field == "rolling");
  CHECK(refused(R"({"client":"","rolling":true})").message ==
        "client must have 1 to 64 characters, got 0");
  CHECK(refused("{\"client\":\"a\",\"rolling\":true,\"host\":\"" + std::string(65, 'x') + "\"}")
            .message == "host must have 1 to 64 characters, got 65");
  CHECK(refused(R"({"client":"a\nb","rolling":true})").field == "client");
  CHECK(refused(R"({"client":"a","rolling":true,"speed":1})").message ==
        "a transport has no field \"speed\"");
}
