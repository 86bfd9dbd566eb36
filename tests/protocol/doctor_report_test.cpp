// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/doctor_report.hpp"

#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

using namespace dgx::protocol;

TEST_CASE("A doctor's report is the golden text", "[protocol]") {
  const DoctorReport report{{{"engine", PartState::kFine, "/usr/bin/engine answers", {}},
                             {"Ardour", PartState::kLacking, "not installed", "apt install it"},
                             {"history", PartState::kMissing, "it is \"damaged\"", "mv a b"}}};
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/doctor_report.json");
  std::string golden;
  std::getline(file, golden);
  CHECK(encode(report) == golden);
  CHECK_FALSE(report.is_fine());
}

TEST_CASE("What takes can be made without is no reason to fail", "[protocol]") {
  CHECK(DoctorReport{{{"Ardour", PartState::kLacking, "not installed", {}}}}.is_fine());
}
