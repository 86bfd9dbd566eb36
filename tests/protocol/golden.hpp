// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "generator/base/error.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"

// The messages in tests/golden, which say what the wire looks like.
namespace dgx::protocol {

inline std::string golden(const std::string& name) {
  std::ifstream file(DGX_SOURCE_DIR "/tests/golden/" + name + ".json");
  REQUIRE(file.good());
  std::string json{std::istreambuf_iterator<char>(file), {}};
  while (!json.empty() && json.back() == '\n') json.pop_back();
  return json;
}

template <typename Message>
void check_round_trip(const std::string& name) {
  CAPTURE(name);
  const auto message = decode<Message>(golden(name));
  REQUIRE_OK(message);
  CHECK(encode(*message) == golden(name));
}

template <typename Message>
Error refused(const std::string& json) {
  const auto message = decode<Message>(json);
  REQUIRE_FALSE(message);
  return message.error();
}

}  // namespace dgx::protocol
