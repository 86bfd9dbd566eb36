// SPDX-License-Identifier: Apache-2.0
#include "generator/base/ulid.hpp"

#include <set>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

TEST_CASE("Each ULID of a process is greater than the one before", "[base]") {
  std::string last = dgx::new_ulid();
  for (int i = 0; i < 10000; ++i) {
    std::string next = dgx::new_ulid();
    REQUIRE(dgx::is_ulid(next));
    REQUIRE(next > last);
    last = std::move(next);
  }
}

TEST_CASE("Threads never get the same ULID", "[base]") {
  std::vector<std::vector<std::string>> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : drawn) {
      threads.emplace_back([&ids] {
        for (int i = 0; i < 1000; ++i) ids.push_back(dgx::new_ulid());
      });
    }
  }
  std::set<std::string> unique;
  for (const auto& ids : drawn) unique.insert(ids.begin(), ids.end());
  CHECK(unique.size() == 4000);
}

TEST_CASE("Only canonical ULIDs pass as ids", "[base]") {
  CHECK(dgx::is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  for (const char* text : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
                           "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav",
                           "01ARZ3NDEKTSV4RRFFQ69G5FA/", "../../../../../etc/passwd.."}) {
    CAPTURE(text);
    CHECK_FALSE(dgx::is_ulid(text));
  }
}
