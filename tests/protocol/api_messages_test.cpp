// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/api_messages.hpp"

#include <set>

#include "generator/protocol/api_calls.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"
#include "generator/protocol/openapi.hpp"
#include "generator/protocol/parameter_table.hpp"
#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

TEST_CASE("Every message of the API is decoded and encoded again to the same bytes", "[protocol]") {
  check_round_trip<JobAccepted>("api_job_accepted");
  check_round_trip<BatchAccepted>("api_batch_accepted");
  check_round_trip<JobView>("api_job");
  check_round_trip<QueuePage>("api_queue");
  check_round_trip<TakePatch>("api_take_patch");
  check_round_trip<PeaksMessage>("api_peaks");
  check_round_trip<ModelList>("api_models");
  check_round_trip<Health>("api_health");
  check_round_trip<EventMessage>("api_event");
  check_round_trip<ProgressEvent>("api_progress");
  const auto batch = decode_batch(golden("api_batch"));
  REQUIRE_OK(batch);
  CHECK(encode_batch(*batch) == golden("api_batch"));
  const auto take = decode_take(golden("api_take"));
  REQUIRE_OK(take);
  CHECK(encode(*take) == golden("api_take"));
  const auto page = decode_history_page(golden("api_history"));
  REQUIRE_OK(page);
  CHECK(encode(*page) == golden("api_history"));
}

TEST_CASE("A batch names the request and the field that is wrong", "[protocol]") {
  const auto error = [](const std::string& json) {
    const auto batch = decode_batch(json);
    REQUIRE_FALSE(batch);
    return batch.error();
  };
  const auto wrong = error(R"({"requests":[{"prompt":"rain"},{"prompt":"rain","bpm":900}]})");
  CHECK(wrong.field == "requests[1].bpm");
  CHECK(wrong.message == "requests[1]: bpm must be 30 to 300 BPM, got 900");
  CHECK(error("{}").field == "requests");
  CHECK(error(R"({"requests":{}})").field == "requests");
  CHECK(error(R"({"requests":[7]})").field == "requests[0]");
  CHECK(error("[1").code == ErrorCode::kMalformed);
}

TEST_CASE("A page of history names what is wrong in it", "[protocol]") {
  const auto field = [](const std::string& json) {
    const auto page = decode_history_page(json);
    REQUIRE_FALSE(page);
    return page.error().field;
  };
  CHECK(field(R"({"total":1})") == "generations");
  CHECK(field(R"({"generations":[7]})") == "generations[0]");
  CHECK(field(R"({"generations":[{},{"prompt":7}]})") == "generations[1].prompt");
  CHECK(field(R"({"generations":[],"total":"many"})") == "total");
}

TEST_CASE("Only name and favourite of a take can be changed", "[protocol]") {
  CHECK(refused<TakePatch>(R"({"prompt":"x"})").field == "prompt");
  CHECK(refused<TakePatch>(R"({})").code == ErrorCode::kInvalidArgument);
  CHECK(refused<TakePatch>(R"({"favourite":1})").field == "favourite");
  CHECK(refused<TakePatch>(R"({"name":"a\u0007b"})").field == "name");
  CHECK(refused<TakePatch>("{\"name\":\"" + std::string(101, 'x') + "\"}").message ==
        "name must have 0 to 100 characters, got 101");
  CHECK(decode<TakePatch>(R"({"name":""})")->name == "");
}

TEST_CASE("Every failure has a name, an exit code and a status of HTTP", "[protocol]") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CAPTURE(to_string(code));
    CHECK(names.insert(to_string(code)).second);
    CHECK(parse_error_code(to_string(code)) == code);
    CHECK(http_status(code) >= 400);
    CHECK(http_status(code) < 600);
    CHECK(exit_code(code) != 0);
  }
  CHECK(http_status(ErrorCode::kMalformed) == 400);
  CHECK(http_status(ErrorCode::kInvalidArgument) == 422);
  CHECK(http_status(ErrorCode::kTooLarge) == 413);
  CHECK(http_status(ErrorCode::kUnavailable) == 503);
}

TEST_CASE("The OpenAPI document has every call and every field of a request", "[protocol]") {
  const std::string document = openapi_document("9.8.7");
  CHECK(
      document.starts_with(R"({"openapi":"3.1.0","info":{"title":"DGX Music","version":"9.8.7")"));
  for (const ApiCall& call : kApiCalls) {
    CAPTURE(call.path);
    CHECK(document.find("\"" + std::string(call.path) + "\":{") != std::string::npos);
    CHECK(document.find("\"summary\":\"" + std::string(call.summary) + "\"") != std::string::npos);
    for (const auto schema : {call.body, call.answer}) {
      if (schema.empty()) continue;
      CHECK(document.find("\"" + std::string(schema) + "\":{") != std::string::npos);
    }
  }
  for (const Parameter& parameter : kParameters) {
    CAPTURE(parameter.name);
    CHECK(document.find("\"" + std::string(parameter.name) + "\":{\"type\":") != std::string::npos);
  }
  CHECK(document.find(R"("duration":{"type":"number","minimum":1,"maximum":300)") !=
        std::string::npos);
}
