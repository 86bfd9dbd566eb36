// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/codec.hpp"

#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using namespace std::string_literals;
using dgx::ErrorCode;

namespace {

ErrorCode code_of(const std::string& json) {
  const auto request = decode_request(json);
  REQUIRE_FALSE(request);
  return request.error().code;
}

}  // namespace

TEST_CASE("A receipt is decoded and encoded again to the same bytes", "[protocol]") {
  for (const char* name : {"receipt", "receipt_smallest"}) {
    CAPTURE(name);
    const std::string json = golden(name);
    const auto receipt = decode_receipt(json);
    REQUIRE_OK(receipt);
    CHECK(encode(*receipt) == json);
  }
}

TEST_CASE("A receipt for people says the same as the one for programs", "[protocol]") {
  const auto receipt = decode_receipt(golden("receipt"));
  REQUIRE_OK(receipt);
  const auto again = decode_receipt(encode_for_people(*receipt));
  REQUIRE_OK(again);
  CHECK(encode(*again) == encode(*receipt));
}

TEST_CASE("A request is decoded and encoded again to the same bytes", "[protocol]") {
  const std::string json = golden("request");
  const auto request = decode_request(json);
  REQUIRE_OK(request);
  CHECK(encode(*request) == json);
}

TEST_CASE("Every error has one shape", "[protocol]") {
  const std::string json = golden("error");
  const auto reply = decode_error_reply(json);
  REQUIRE_OK(reply);
  CHECK(reply->error.code == ErrorCode::kInvalidArgument);
  CHECK(encode(*reply) == json);
}

TEST_CASE("What is not JSON is malformed, what is out of range names its field", "[protocol]") {
  for (const std::string& json :
       {""s, "{"s, "nonsense"s, "{\"prompt\":\"abc\"} x"s, "{\"prompt\":\"abc\",}"s,
        "{\"prompt\":\"abc\",\"bpm\":NaN}"s, "{\"prompt\":\"abc\",\"bpm\":Infinity}"s,
        "{\"prompt\":\"abc\",\"bpm\":1e309}"s, "{\"prompt\":\"abc\",\"prompt\":\"abd\"}"s,
        "{\"prompt\":\"\xFF\xFE abc\"}"s, "{\"prompt\":" + std::string(40, '[') + "}",
        "{\"prompt\":\"abc\",\"x\":" + std::string(17, '[') + std::string(17, ']') + "}"}) {
    CAPTURE(json);
    CHECK(code_of(json) == ErrorCode::kMalformed);
  }
  for (const std::string& json :
       {"{}"s, "[]"s, "null"s, "{\"prompt\":7}"s, "{\"prompt\":\"abc\",\"bpm\":900}"s,
        "{\"prompt\":\"abc\",\"bpm\":-1}"s, "{\"prompt\":\"abc\",\"bpm\":\"84\"}"s,
        "{\"prompt\":\"abc\",\"bpm\":null}"s, "{\"prompt\":\"abc\",\"duration\":1e9}"s,
        "{\"prompt\":\"abc\",\"seed\":9223372036854775808}"s,
        "{\"prompt\":\"abc\",\"seed\":18446744073709551615}"s, "{\"prompt\":\"abc\",\"tempo\":84}"s,
        "{\"prompt\":\"a\\u0000c\"}"s}) {
    CAPTURE(json);
    CHECK(code_of(json) == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("Hostile prompts come back byte for byte", "[protocol]") {
  for (const std::string& prompt : {"'; DROP TABLE jobs; --"s, "{}%s%n \\ \" / </script>"s,
                                    "a \u202Eb\u202C"s, "🎹 世界 موسيقى"s}) {
    GenerationRequest request;
    request.prompt = prompt;
    const auto again = decode_request(encode(request));
    REQUIRE_OK(again);
    CHECK(again->prompt == prompt);
  }
}
