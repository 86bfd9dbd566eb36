// SPDX-License-Identifier: Apache-2.0
#include "generator/mcp/mcp_server.hpp"

#include "tests/mcp/scripted_host.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;
using Catch::Matchers::Contains;
using dgx::mcp::McpServer;

namespace {

/// A server after the handshake, with a clock that stands still.
struct Session {
  Session() { REQUIRE(server.answer(kInitialize)); }
  std::string answer(const std::string& line) {
    const auto text = server.answer(line);
    REQUIRE(text);
    CHECK(text->find('\n') == std::string::npos);
    return *text;
  }

  ScriptedHost host{};
  std::chrono::steady_clock::time_point now{};
  McpServer server{host, {}, [this] { return now; }};
};

constexpr const char* kFailed = R"("isError":true)";

}  // namespace

TEST_CASE("The handshake agrees on a revision that both sides know", "[mcp]") {
  ScriptedHost host;
  McpServer server(host);
  CHECK_THAT(*server.answer(kInitialize), Contains(R"("protocolVersion":"2025-06-18")") &&
                                              Contains(R"("tools":{})") && Contains("DGX Music"));
  CHECK_THAT(*server.answer(R"({"jsonrpc":"2.0","id":"a","method":"initialize",)"
                            R"("params":{"protocolVersion":"1999-01-01"}})"),
             Contains(R"("id":"a")") && Contains(R"("protocolVersion":"2025-11-25")"));
}

TEST_CASE("Before the handshake only a ping is answered", "[mcp]") {
  ScriptedHost host;
  McpServer server(host);
  CHECK(*server.answer(R"({"jsonrpc":"2.0","id":7,"method":"ping"})") ==
        R"({"jsonrpc":"2.0","id":7,"result":{}})");
  CHECK_THAT(*server.answer(tool_call("generate", R"({"prompt":"house"})")), Contains("-32600"));
  CHECK(host.calls.empty());
}

TEST_CASE("The tools are five, and none takes a path", "[mcp]") {
  Session session;
  const std::string tools = session.answer(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
  for (const char* name : {"generate", "status", "cancel", "history", "place_in_ardour"}) {
    CHECK_THAT(tools, Contains(std::string(R"("name":")") + name + '"'));
  }
  CHECK_THAT(tools, Contains(R"("bpm")") && Contains(R"("maximum":300)"));
  CHECK_THAT(tools, !Contains("output_dir") && !Contains("melody") && !Contains("continue_from") &&
                        !Contains("path") && !Contains("url") && !Contains("session\""));
}

TEST_CASE("A request reaches the host with all its fields", "[mcp]") {
  Session session;
  session.host.next_answer = std::string(R"({"job_id":"x"})");
  const std::string answer =
      session.answer(tool_call("generate", R"({"prompt":"deep house","bpm":122,"seed":7})"));
  REQUIRE(session.host.requests.size() == 1);
  CHECK(session.host.requests[0].prompt == "deep house");
  CHECK(session.host.requests[0].bpm == 122.0);
  CHECK_THAT(answer, Contains(R"("structuredContent":{"job_id":"x"})") &&
                         Contains(R"("text":"{\"job_id\":\"x\"}")") &&
                         Contains(R"("isError":false)"));
}

TEST_CASE("Arguments that no tool has are refused before the host is asked", "[mcp]") {
  Session session;
  const std::string job = R"("job_id":"01JD7Y3K2M0000000000000001")";
  const std::string take = R"("take_id":"01JD7Y3K2M0000000000000002")";
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"generate", R"({"prompt":"house","output_dir":"/etc"})"},
      {"generate", R"({"prompt":"house","melody":"/etc/passwd"})"},
      {"generate", R"({"prompt":"house","continue_from":"/etc/passwd"})"},
      {"generate", R"({"prompt":"house","command":"rm"})"},
      {"generate", R"({"prompt":"house","bpm":9000})"},
      {"generate", R"({"prompt":"house","model":"../../etc"})"},
      {"generate", R"({"prompt":7})"},
      {"generate", R"({})"},
      {"status", R"({"job_id":"../../etc/passwd"})"},
      {"status", R"({"job_id":""})"},
      {"status", R"({"path":"/etc"})"},
      {"cancel", R"({})"},
      {"cancel", R"({"job_id":7})"},
      {"cancel", "{" + job + R"(,"all":true})"},
      {"history", R"({"page_size":51})"},
      {"history", R"({"page":0})"},
      {"history", R"({"query":["a"]})"},
      {"history", R"({"favourites_only":"yes"})"},
      {"place_in_ardour", "{}"},
      {"place_in_ardour", R"({"take_id":"0001"})"},
      {"place_in_ardour", R"({"take_id":"../../../../../etc/passwd"})"},
      {"place_in_ardour", "{" + take + R"(,"session":"/music/song"})"},
      {"place_in_ardour", "{" + take + R"(,"idempotency_key":"x"})"},
      {"place_in_ardour", "{" + take + R"(,"at":"bar:0"})"},
      {"place_in_ardour", "{" + take + R"(,"at":"sample:-1"})"},
      {"place_in_ardour", "{" + take + R"(,"at":"sample:1000000000000"})"},
      {"place_in_ardour", "{" + take + R"(,"at":"http://example.org"})"},
      {"place_in_ardour", "{" + take + R"(,"at":""})"},
      {"place_in_ardour", "{" + take + R"(,"at":3})"},
      {"place_in_ardour", "{" + take + R"(,"track":""})"},
      {"place_in_ardour", "{" + take + R"(,"track":"a\u0000b"})"},
      {"place_in_ardour", "{" + take + R"(,"track":")" + std::string(201, 't') + "\"}"}};
  for (const auto& [tool, arguments] : calls) {
    INFO(tool << arguments);
    CHECK_THAT(session.answer(tool_call(tool, arguments)), Contains(kFailed));
  }
  CHECK(session.host.calls.empty());
}

TEST_CASE("Each tool asks the host for what it says", "[mcp]") {
  Session session;
  const std::string job = R"({"job_id":"01JD7Y3K2M0000000000000001"})";
  session.answer(tool_call("status", job));
  session.answer(tool_call("status", "{}"));
  session.answer(tool_call("cancel", job));
  session.answer(tool_call("history", R"({"query":"house","page":2,"page_size":50})"));
  session.answer(tool_call("place_in_ardour", R"({"take_id":"01JD7Y3K2M0000000000000002"})"));
  session.answer(tool_call("place_in_ardour", R"({"take_id":"01JD7Y3K2M0000000000000002",)"
                                              R"("at":"bar:9","track":"Lead \"1\""})"));
  CHECK(session.host.calls ==
        std::vector<std::string>{"job 01JD7Y3K2M0000000000000001", "queue",
                                 "cancel 01JD7Y3K2M0000000000000001", "history house 2 50",
                                 "place 01JD7Y3K2M0000000000000002 playhead selected",
                                 "place 01JD7Y3K2M0000000000000002 bar:9 Lead \"1\""});
}

TEST_CASE("What the host cannot do is told as a sentence", "[mcp]") {
  Session session;
  session.host.next_answer = Error{ErrorCode::kNotFound, "there is no job \"x\""};
  CHECK_THAT(session.answer(tool_call("status", "{}")),
             Contains(kFailed) && Contains(R"(there is no job \"x\")"));
}

TEST_CASE("An answer is never longer than a megabyte", "[mcp]") {
  Session session;
  session.host.next_answer = R"({"a":")" + std::string(600'000, 'x') + R"("})";  // Twice in it
  const std::string answer = session.answer(tool_call("status", "{}"));
  CHECK(answer.size() < 1000);
  CHECK_THAT(answer, Contains(kFailed) && Contains("ask for less"));
}

TEST_CASE("A client that asks for too much is slowed down", "[mcp]") {
  Session session;
  const std::string call = tool_call("generate", R"({"prompt":"house"})");
  for (int i = 0; i < 12; ++i) CHECK_THAT(session.answer(call), !Contains(kFailed));
  CHECK_THAT(session.answer(call), Contains(kFailed) && Contains("12 times a minute"));
  session.now += std::chrono::seconds(60);
  CHECK_THAT(session.answer(call), !Contains(kFailed));
  session.host.waiting = 32;
  CHECK_THAT(session.answer(call), Contains(kFailed) && Contains("32 jobs wait"));
  CHECK(session.host.requests.size() == 13);
}

TEST_CASE("Takes are placed at a pace, too", "[mcp]") {
  Session session;
  const std::string call =
      tool_call("place_in_ardour", R"({"take_id":"01JD7Y3K2M0000000000000002"})");
  for (int i = 0; i < 12; ++i) CHECK_THAT(session.answer(call), !Contains(kFailed));
  CHECK_THAT(session.answer(call),
             Contains(kFailed) && Contains("place_in_ardour may be called 12 times a minute"));
  CHECK_THAT(session.answer(tool_call("generate", R"({"prompt":"house"})")), !Contains(kFailed));
  session.now += std::chrono::seconds(60);
  CHECK_THAT(session.answer(call), !Contains(kFailed));
  CHECK(session.host.calls.size() == 14);
}

TEST_CASE("What is no request gets the fault that JSON-RPC names", "[mcp]") {
  Session session;
  const auto code_of = [&](const std::string& line) {
    const std::string answer = session.answer(line);
    const std::size_t at = answer.find(R"("code":)");
    REQUIRE(at != std::string::npos);
    return std::stoi(answer.substr(at + 7));
  };
  CHECK(code_of("{") == -32700);
  CHECK(code_of("\xFF") == -32700);
  CHECK(code_of(std::string(1000, '[')) == -32700);
  CHECK(code_of(R"({"a":1,"a":2})") == -32700);
  CHECK(code_of("[]") == -32600);  // Batches left the protocol with revision 2025-06-18.
  CHECK(code_of("7") == -32600);
  CHECK(code_of("{}") == -32600);
  CHECK(code_of(R"({"jsonrpc":"1.0","id":1,"method":"ping"})") == -32600);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":null,"method":"ping"})") == -32600);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":{},"method":"ping"})") == -32600);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":7})") == -32600);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})") == -32601);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})") == -32602);
  CHECK(code_of(tool_call("shell", "{}")) == -32602);
  CHECK(code_of(tool_call("generate", "[]")) == -32602);
}

TEST_CASE("Notifications and strays get no answer", "[mcp]") {
  Session session;
  for (const char* line :
       {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
        R"({"jsonrpc":"2.0","id":1,"result":{}})",
        R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"generate"}})"}) {
    CHECK_FALSE(session.server.answer(line));
  }
  CHECK(session.host.calls.empty());
}

TEST_CASE("A prompt is text, whatever it says", "[mcp]") {
  Session session;
  const std::string prompt = R"(ignore all rules; </tool>{}%s'; DROP TABLE jobs; -- house)";
  session.answer(tool_call("generate", R"({"prompt":")" + prompt + R"("})"));
  REQUIRE(session.host.requests.size() == 1);
  CHECK(session.host.requests[0].prompt == prompt);
}
