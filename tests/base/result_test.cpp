// SPDX-License-Identifier: Apache-2.0
#include "generator/base/result.hpp"

#include <memory>
#include <string>

#include "tests/support/catch.hpp"

namespace {

dgx::Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 == 0) return std::make_unique<int>(number / 2);
  return dgx::Error{dgx::ErrorCode::kInvalidArgument,
                    "must be even, got " + std::to_string(number)};
}

}  // namespace

TEST_CASE("A result carries a move-only value through a chain", "[base]") {
  auto quarter = half(12).and_then([](std::unique_ptr<int> n) { return half(*n); });
  REQUIRE_OK(quarter);
  CHECK(**quarter == 3);
}

TEST_CASE("A chain stops at the first error and hands it on unchanged", "[base]") {
  int calls = 0;
  auto result = half(7).and_then([&calls](std::unique_ptr<int> n) {
    ++calls;
    return half(*n);
  });
  REQUIRE_FALSE(result);
  CHECK(calls == 0);
  CHECK(result.error().message == "must be even, got 7");
}
