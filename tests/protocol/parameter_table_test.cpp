// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/parameter_table.hpp"

#include <set>

#include "generator/protocol/validation.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;

TEST_CASE("Every row has its own name and a help text", "[protocol]") {
  std::set<std::string_view> names;
  for (const Parameter& parameter : kParameters) {
    CAPTURE(parameter.name);
    CHECK(names.insert(parameter.name).second);
    CHECK_FALSE(parameter.help.empty());
    CHECK(find_parameter(parameter.name) == &parameter);
  }
  CHECK(find_parameter("no_such_field") == nullptr);
}

TEST_CASE("The defaults of a request lie in the table's ranges", "[protocol]") {
  GenerationRequest request;
  request.prompt = "warm pads";
  REQUIRE_OK(validate(request));
}

TEST_CASE("Ranges are described in the words of the messages", "[protocol]") {
  CHECK(describe_range(*find_parameter("duration")) == "1 to 300 seconds");
  CHECK(describe_range(*find_parameter("loudness_lufs")) == "-40 to -5 LUFS");
  CHECK(describe_range(*find_parameter("bit_depth")) == "16, 24 or 32f");
  CHECK(describe_range(*find_parameter("seed")) == "0 to 9007199254740991");
}
