// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/json_tree.hpp"

#include <string>

#include "tests/support/catch.hpp"

using dgx::ErrorCode;
using dgx::protocol::JsonLimits;
using dgx::protocol::JsonTree;
using dgx::protocol::read_json_tree;

namespace {

std::string refusal(const std::string& text, const JsonLimits& limits = {},
                    std::size_t most_values = 1000) {
  const auto tree = read_json_tree(text, limits, most_values);
  REQUIRE_FALSE(tree.has_value());
  CHECK(tree.error().code == ErrorCode::kMalformed);
  return tree.error().message;
}

}  // namespace

TEST_CASE("A tree holds every kind of value, each as it was written", "[json]") {
  const auto tree = read_json_tree(
      R"({"text":"\u00e9\n","whole":-7,"large":18446744073709551615,"real":1.0,"yes":true,)"
      R"("none":null,"list":[1,[],{}],"object":{"inner":2}})",
      {}, 100);
  REQUIRE_OK(tree);
  const auto at = [&](const char* name) -> const JsonTree& { return *tree->find(name); };
  CHECK(std::get<std::string>(at("text").value) == "\u00e9\n");
  CHECK(std::get<std::int64_t>(at("whole").value) == -7);
  CHECK(std::get<std::uint64_t>(at("large").value) == ~std::uint64_t{0});
  CHECK(std::get<double>(at("real").value) == 1.0);
  CHECK(std::get<bool>(at("yes").value));
  CHECK(at("none").is_null());
  REQUIRE(std::get<JsonTree::Array>(at("list").value).size() == 3);
  CHECK(std::get<std::int64_t>(at("object").find("inner")->value) == 2);
  CHECK(tree->find("absent") == nullptr);
  CHECK(at("whole").find("inner") == nullptr);
}

TEST_CASE("A text beyond its limits is refused by the limit", "[json]") {
  JsonLimits limits;
  limits.levels = 2;
  limits.open_members = 3;
  limits.string_bytes = 4;
  CHECK(read_json_tree(R"({"a":{"b":1},"c":{"d":2}})", limits, 10).has_value());
  CHECK_THAT(refusal(R"({"a":{"b":[]}})", limits), Catch::Contains("not readable as JSON"));
  CHECK_THAT(refusal(R"({"a":1,"b":2,"c":3,"d":4})", limits),
             Catch::Contains("more than 3 members"));
  CHECK_THAT(refusal(R"(["abcde"])", limits), Catch::Contains("more than 4 bytes"));
  CHECK_THAT(refusal(R"({"abcde":1})", limits), Catch::Contains("more than 4 bytes"));
  CHECK_THAT(refusal("[1,2,3]", {}, 3), Catch::Contains("more than 3 values"));
}

TEST_CASE("What two readers could see differently is refused", "[json]") {
  CHECK_THAT(refusal(R"({"a":1,"a":2})"), Catch::Contains("the key a appears twice"));
  CHECK_THAT(refusal(R"({"a":1,"\u0061":2})"), Catch::Contains("appears twice"));
  CHECK_THAT(refusal("[1e309]"), Catch::Contains("too large"));
  CHECK_THAT(refusal("1 2"), Catch::Contains("extra text"));
  for (const char* text :
       {"", "[", "[1,]", "{'a':1}", "NaN", "[\"\xff\"]", "[\"\\ud800\"]", "01"}) {
    INFO(text);
    CHECK_THAT(refusal(text), Catch::Contains("not readable as JSON"));
  }
}
