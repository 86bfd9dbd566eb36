// SPDX-License-Identifier: Apache-2.0
#include "generator/http/tcp_gate.hpp"

#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::http::TcpGate;
using Text = std::optional<std::string_view>;

TEST_CASE("Over TCP only loopback, no page of a browser and the right token pass", "[http]") {
  const std::string token(64, 'a');
  const std::string right = "Bearer " + token;
  const std::string wrong = "Bearer " + std::string(64, 'b');
  const std::vector<std::pair<Text, bool>> hosts = {{"127.0.0.1:4711", true},
                                                    {"localhost:4711", true},
                                                    {"evil.example:4711", false},
                                                    {"127.0.0.1", false},
                                                    {"127.0.0.1:4712", false},
                                                    {std::nullopt, false},
                                                    {"", false},
                                                    {"localhost.evil", false}};
  const std::vector<Text> origins = {std::nullopt, "null", "http://127.0.0.1:4711", "https://evil"};
  const std::vector<std::pair<Text, bool>> tokens = {
      {right, true}, {wrong, false}, {std::nullopt, false}, {token, false}, {"Bearer ", false}};
  int combinations = 0;
  for (const auto& [host, host_fits] : hosts) {
    for (const Text& origin : origins) {
      for (const auto& [bearer, token_fits] : tokens) {
        ++combinations;
        TcpGate gate(4711, token, 10);
        const auto refused = gate.check({host, origin, bearer}, false, {});
        const int expected = !host_fits ? 421 : origin ? 403 : !token_fits ? 401 : 0;
        INFO(host.value_or("-") << " " << origin.value_or("-") << " " << bearer.value_or("-"));
        CHECK((refused ? refused->status : 0) == expected);
      }
    }
  }
  CHECK(combinations == 160);
}

TEST_CASE("Changes and wrong tokens are counted by the minute, reading is free", "[http]") {
  TcpGate gate(1, "secret", 3);
  const TcpGate::Headers fine{"localhost:1", std::nullopt, "Bearer secret"};
  const TcpGate::Headers guess{"localhost:1", std::nullopt, "Bearer guess"};
  TcpGate::Clock::time_point now{};
  for (int i = 0; i < 100; ++i) CHECK_FALSE(gate.check(fine, false, now));
  CHECK_FALSE(gate.check(fine, true, now));
  CHECK(gate.check(guess, false, now)->status == 401);
  CHECK_FALSE(gate.check(fine, true, now));
  CHECK(gate.check(fine, true, now)->status == 429);
  CHECK(gate.check(guess, false, now)->status == 429);
  now += std::chrono::seconds(59);
  CHECK(gate.check(fine, true, now)->status == 429);
  now += std::chrono::seconds(1);
  CHECK_FALSE(gate.check(fine, true, now));
}

TEST_CASE("A token has 256 bits, a file of its own, and is new each time", "[http]") {
  const dgx::test::TempDir folder;
  const auto file = folder / "token";
  std::ofstream(folder / "victim") << "precious";
  std::filesystem::create_symlink(folder / "victim", file);
  const auto first = dgx::http::make_token(file);
  REQUIRE_OK(first);
  CHECK(first->size() == 64);
  struct stat facts {};
  REQUIRE(::lstat(file.c_str(), &facts) == 0);
  CHECK(S_ISREG(facts.st_mode));
  CHECK((facts.st_mode & 0777U) == 0600U);
  CHECK(std::filesystem::file_size(folder / "victim") == 8);
  CHECK(*dgx::http::make_token(file) != *first);
}
