// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/model_manifest.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include "generator/protocol/model_report.hpp"
#include "tests/support/catch.hpp"

using dgx::protocol::decode_manifest;
using dgx::protocol::encode_manifest;

TEST_CASE("A model's manifest is decoded and encoded again to the same bytes", "[protocol]") {
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/model_manifest.json");
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  const auto manifest = decode_manifest(json);
  REQUIRE_OK(manifest);
  CHECK(manifest->files.size() == 2);
  CHECK(encode_manifest(*manifest) == json);
}

TEST_CASE("A report of a model leaves out what it does not know", "[protocol]") {
  dgx::protocol::ModelReport report;
  report.id = "sketch";
  report.state = "built-in";
  CHECK(encode(report) ==
        R"({"id":"sketch","state":"built-in","description":"","parameters":0,"channels":1,)"
        R"("takes_melody":false,"memory_needed_bytes":0,"memory_available_bytes":0})");
  report.real_time = dgx::protocol::RealTimeReport{200, 10'000, 1.0, false};
  const std::string listed = dgx::protocol::encode({report}, "sketch");
  CHECK_THAT(listed, Catch::StartsWith(R"({"models":[{"id":"sketch")") &&
                         Catch::EndsWith(R"(],"default":"sketch"})"));
  CHECK_THAT(listed, Catch::Contains(R"("real_time":{"bytes_per_step":200,)"));
}
