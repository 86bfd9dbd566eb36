// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/disk_use.hpp"

#include "tests/protocol/golden.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::ErrorCode;

namespace {

std::string keeping(const std::string& id, std::int64_t times) {
  std::string json = "{\"keep\":[";
  for (std::int64_t i = 0; i < times; ++i) json += (i == 0 ? "\"" : ",\"") + id + "\"";
  return json + "]}";
}

}  // namespace

TEST_CASE("Every message about disk use is decoded and encoded again to the same bytes",
          "[protocol]") {
  check_round_trip<DiskUse>("api_disk_use");
  check_round_trip<DiscardRequest>("api_discard");
  check_round_trip<Discarded>("api_discarded");
}

TEST_CASE("A discard that says what none may say is refused by its field", "[protocol]") {
  CHECK(decode<DiscardRequest>("{}")->keep.empty());
  CHECK(decode<DiscardRequest>(keeping("a", kMostKept))->keep.size() == 24);
  CHECK(refused<DiscardRequest>("[]").code == ErrorCode::kInvalidArgument);
  CHECK(refused<DiscardRequest>(R"({"keep":"a"})").field == "keep");
  CHECK(refused<DiscardRequest>(R"({"keep":[1]})").field == "keep");
  CHECK(refused<DiscardRequest>(keeping("a", kMostKept + 1)).message ==
        "keep must have at most 24 ids, got 25");
  CHECK(refused<DiscardRequest>(keeping("", 1)).message ==
        "keep must have 1 to 64 characters, got 0");
  CHECK(refused<DiscardRequest>(keeping(std::string(65, 'x'), 1)).message ==
        "keep must have 1 to 64 characters, got 65");
  CHECK(refused<DiscardRequest>(R"({"all":true})").message == "a discard has no field \"all\"");
}
