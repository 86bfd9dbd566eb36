// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/engine_messages.hpp"

#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;

TEST_CASE("Every engine message is decoded and encoded again to the same bytes", "[protocol]") {
  for (const char* name : {"hello", "describe", "models", "check", "load", "unload", "generate",
                           "cancel", "progress", "take", "done", "failed", "heartbeat"}) {
    CAPTURE(name);
    const std::string json = golden(std::string("engine_") + name);
    const auto message = decode_engine_message(json);
    REQUIRE_OK(message);
    CHECK(encode(*message) == json);
  }
}

TEST_CASE("An engine message of an unknown type or shape is refused", "[protocol]") {
  for (const char* json :
       {"", "[]", "{}", "{\"type\":7}", "{\"type\":\"dance\"}", "{\"type\":\"load\",\"model\":7}",
        "{\"type\":\"generate\",\"job_id\":\"x\"}", "{\"type\":\"check\"}",
        "{\"type\":\"generate\",\"job_id\":\"x\",\"request\":{\"bpm\":1e309}}",
        "{\"type\":\"generate\",\"job_id\":\"x\",\"request\":{\"bpm\":900}}",
        "{\"type\":\"progress\",\"progress\":{\"phase\":\"dancing\"}}"}) {
    CAPTURE(json);
    CHECK_FALSE(decode_engine_message(json));
  }
}

TEST_CASE("Fields of a later engine are ignored", "[protocol]") {
  const auto message =
      decode_engine_message("{\"type\":\"hello\",\"version\":1,\"colour\":\"red\"}");
  REQUIRE_OK(message);
  CHECK(std::get<HelloMessage>(*message).version == 1);
}
