// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/batch_result.hpp"

#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

using namespace dgx::protocol;

TEST_CASE("The results of a batch are the golden lines", "[protocol]") {
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/batch_results.jsonl");
  const auto golden = [&file] {
    std::string line;
    std::getline(file, line);
    return line;
  };
  CHECK(encode(BatchLineResult{1, "01J", JobStatus::kCompleted, {}, {R"({"take_id":"01K"})"}}) ==
        golden());
  CHECK(encode(BatchLineResult{
            2, {}, {}, dgx::Error{dgx::ErrorCode::kInvalidArgument, "bpm must be", "bpm"}, {}}) ==
        golden());
  CHECK(encode(BatchLineResult{
            3, "01L", JobStatus::kFailed, dgx::Error{dgx::ErrorCode::kIo, "no", {}}, {}}) ==
        golden());
}
