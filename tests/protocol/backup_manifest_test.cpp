// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/backup_manifest.hpp"

#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

TEST_CASE("The list of a backup is decoded and encoded again to the same bytes", "[protocol]") {
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/backup_manifest.json");
  std::string golden;
  REQUIRE(std::getline(file, golden));
  const auto manifest = decode_backup_manifest(golden);
  REQUIRE_OK(manifest);
  REQUIRE(manifest->takes.size() == 2);
  CHECK(manifest->takes.front().files.front().name == "lofi-84-Cm-aaaa.wav");
  CHECK(encode(*manifest) == golden);
}

TEST_CASE("The list of a newer program's backup is refused with both formats", "[protocol]") {
  const auto manifest = decode_backup_manifest(R"({"format":2})");
  REQUIRE_FALSE(manifest);
  CHECK(manifest.error().code == ErrorCode::kUnsupportedVersion);
  CHECK_THAT(manifest.error().message,
             Catch::Matchers::Contains("format 2") && Catch::Matchers::Contains("format 1"));
}
