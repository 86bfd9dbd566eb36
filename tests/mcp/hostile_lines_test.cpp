// SPDX-License-Identifier: Apache-2.0
// Random changes to lines that are right: whatever comes, one line goes back or none, and it is
// JSON.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "generator/base/philox.hpp"
#include "generator/protocol/json_events.hpp"
#include "generator/protocol/json_tree.hpp"
#include "tests/mcp/scripted_host.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;

namespace {

const std::array<std::string, 9> kLines = {
    kInitialize,
    R"({"jsonrpc":"2.0","id":"x","method":"tools/list"})",
    tool_call("generate", R"({"prompt":"deep house","bpm":122.5,"variations":2,"stems":true})"),
    tool_call("status", R"({"job_id":"01JD7Y3K2M0000000000000001"})"),
    tool_call("history", R"({"query":"house","page":1,"page_size":20})"),
    tool_call("cancel", R"({"job_id":"01JD7Y3K2M0000000000000001"})"),
    tool_call("place_in_ardour",
              R"({"take_id":"01JD7Y3K2M0000000000000001","at":"bar:3","track":"new"})"),
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":-1e3}})",
    R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"ping","params":{"\u00e9":null}})"};

constexpr std::string_view kPieces = "{}[]\",:\\u0-9eE.+ \x7f\xc3\xff\n";

std::string changed(std::string line, RandomStream& random) {
  const auto below = [&](std::size_t bound) {
    return std::size_t{random.below(static_cast<std::uint32_t>(bound))};
  };
  for (std::size_t changes = 1 + below(6); changes > 0 && !line.empty(); --changes) {
    const std::size_t at = below(line.size());
    const std::size_t length = 1 + below(8);
    switch (below(4)) {
      case 0:
        line[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        line.erase(at, length);
        break;
      case 2:
        line.insert(at, 1, kPieces[below(kPieces.size())]);
        break;
      default:
        line.insert(at, line.substr(below(line.size()), length));
    }
  }
  return line;
}

}  // namespace

TEST_CASE("Hostile lines get one line of JSON or none", "[mcp]") {
  const int lines = std::getenv("DGX_TEST_LONG") != nullptr ? 1'000'000 : 20'000;
  RandomStream random(4, 27);
  ScriptedHost host;
  mcp::McpServer server(host);
  int answered = 0;
  for (int i = 0; i < lines; ++i) {
    const std::string line = changed(kLines[random.below(kLines.size())], random);
    const auto answer = server.answer(line);
    if (!answer) continue;
    ++answered;
    const bool is_one_line = answer->find('\n') == std::string::npos;
    const bool is_json = protocol::read_json_tree(*answer, {}, 10'000).has_value();
    if (is_one_line && is_json && answer->size() < (1U << 20)) continue;
    FAIL("line " << i << ": " << line << "\nanswer: " << *answer);
  }
  CHECK(answered > lines / 2);
  for (const char* tool : {"generate", "job", "history", "cancel", "place"}) {
    INFO(tool);  // Some changes leave a line right.
    CHECK(std::any_of(host.calls.begin(), host.calls.end(),
                      [&](const std::string& call) { return call.starts_with(tool); }));
  }
}
