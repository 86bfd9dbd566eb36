// SPDX-License-Identifier: Apache-2.0
#include "generator/http/router.hpp"

#include "tests/support/catch.hpp"

using namespace dgx::http;
using dgx::protocol::ApiCall;

TEST_CASE("Every call of the table is found by its method and path", "[http]") {
  for (const ApiCall& known : dgx::protocol::kApiCalls) {
    std::string path(known.path);
    const std::size_t open = path.find('{');
    if (open != std::string::npos) path.replace(open, path.find('}') - open + 1, "a%20b");
    INFO(path);
    const auto routed = route(known.method, path);
    REQUIRE(std::holds_alternative<Call>(routed));
    const Call& call = std::get<Call>(routed);
    CHECK(call.id == known.id);
    CHECK(call.parameter == (open != std::string::npos ? "a b" : ""));
  }
}

TEST_CASE("A path that is not there is 404, a method that it does not take is 405", "[http]") {
  const auto status = [](std::string_view method, std::string_view target) {
    const auto routed = route(method, target);
    REQUIRE(std::holds_alternative<Answer>(routed));
    return std::get<Answer>(routed).status;
  };
  CHECK(status("GET", "/") == 404);
  CHECK(status("GET", "/api/v1/jobs/a/b") == 404);
  CHECK(status("GET", "//health") == 404);
  CHECK(status("HEAD", "/health") == 405);
  CHECK(status("GET", "http://x/health") == 400);
  const auto routed = route("PUT", "/api/v1/takes/x");
  REQUIRE(std::holds_alternative<Answer>(routed));
  CHECK(std::get<Answer>(routed).headers.at(0).second == "GET, PATCH, DELETE");
}

TEST_CASE("Query fields are decoded, and unknown ones are refused by name", "[http]") {
  const auto routed = route("GET", "/api/v1/history?q=a+b%26c&page=2");
  REQUIRE(std::holds_alternative<Call>(routed));
  CHECK(std::get<Call>(routed).query.at("q") == "a b&c");
  CHECK(std::get<Call>(routed).query.at("page") == "2");
  const auto refused = route("GET", "/api/v1/history?size=2");
  CHECK(std::get<Answer>(refused).body.find("\"field\":\"size\"") != std::string::npos);
  CHECK(percent_decoded("%41%62", false) == "Ab");
  CHECK(percent_decoded("a+b", false) == "a+b");
  CHECK_FALSE(percent_decoded("%4", false));
  CHECK_FALSE(percent_decoded("%g0", false));
}
