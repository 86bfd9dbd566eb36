// SPDX-License-Identifier: Apache-2.0
// dgx-music mcp, spoken to line by line, with the service that it starts.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <sstream>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})";

std::string tool_call(const std::string& name, const std::string& arguments) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + name +
         R"(","arguments":)" + arguments + "}}";
}

/// A program with the fake engine, whose service ends with the test.
class Assistant {
 public:
  Assistant() { program.use_fake_engine(); }
  ~Assistant() {
    const std::string health = program.run({"status", "--json"}).out;
    const std::size_t at = health.find("\"pid\":");
    if (at != std::string::npos) ::kill(std::stoi(health.substr(at + 6)), SIGTERM);
  }
  Assistant(const Assistant&) = delete;
  Assistant& operator=(const Assistant&) = delete;

  /// Says the lines after the handshake and gives the answers to them.
  std::vector<std::string> say(const std::vector<std::string>& lines) {
    Running speaking = begin_to_say(lines);
    return answers_of(speaking, lines.size());
  }

  Running begin_to_say(const std::vector<std::string>& lines) {
    std::string input = std::string(kInitialize) + "\n" +
                        R"({"jsonrpc":"2.0","method":"notifications/initialized"})" + "\n";
    for (const std::string& line : lines) input += line + "\n";
    const fs::path file = program.home() / "lines";
    write_file(file, input);
    program.launcher = {"/bin/sh", "-c", "exec \"$@\" < \"$0\"", file.string()};
    Running speaking = program.start({"mcp"});
    program.launcher.clear();
    return speaking;
  }

  static std::vector<std::string> answers_of(Running& speaking, std::size_t count) {
    const Outcome outcome = speaking.wait();
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
    std::vector<std::string> answers;
    std::istringstream stream(outcome.out);
    for (std::string line; std::getline(stream, line);) answers.push_back(line);
    REQUIRE(answers.size() == count + 1);
    CHECK_THAT(answers.front(), Catch::Matchers::Contains(R"("protocolVersion":"2025-06-18")"));
    answers.erase(answers.begin());
    return answers;
  }

  Program program{};
};

std::string text_after(const std::string& answer, const std::string& key) {
  INFO(answer);
  const std::size_t at = answer.find(key);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + key.size();
  return answer.substr(begin, answer.find('"', begin) - begin);
}

}  // namespace

TEST_CASE("An assistant makes a take and finds it in the history", "[integration]") {
  Assistant assistant;
  const auto accepted =
      assistant.say({tool_call("generate", R"({"prompt":"a plain tone","duration":1})")});
  const std::string job_id = text_after(accepted.front(), R"("structuredContent":{"job_id":")");
  CHECK(job_id.size() == 26);

  const auto deadline = Running::Clock::now() + std::chrono::minutes(1);
  std::string status;
  while (status != "completed" && Running::Clock::now() < deadline) {
    const auto answers = assistant.say({tool_call("status", R"({"job_id":")" + job_id + "\"}")});
    const std::string job = answers.front().substr(answers.front().find("structuredContent"));
    status = text_after(job, R"("status":")");
    REQUIRE(status != "failed");
  }
  CHECK(status == "completed");
  const auto history = assistant.say({tool_call("history", R"({"query":"plain"})")});
  CHECK_THAT(history.front(), Catch::Matchers::Contains(R"("total":1)") &&
                                  Catch::Matchers::Contains("a plain tone"));
  CHECK(sqlite3_says(assistant.program.database(),
                     "SELECT count(*) FROM generations WHERE status = 'completed'") == "1");
}

TEST_CASE("An assistant places a take in Ardour, or is told why it is not there", "[integration]") {
  using Catch::Matchers::Contains;
  Assistant assistant;
  const Program& program = assistant.program;
  const std::string take = program.generate({"a plain tone", "--duration", "1"}).front().take_id;
  const std::string call =
      tool_call("place_in_ardour", R"({"take_id":")" + take + R"(","at":"bar:2","track":"new"})");
  const auto refused = [&] {
    const std::string answer = assistant.say({call}).front();
    CHECK_THAT(answer, Contains(R"("isError":true)"));
    return answer;
  };
  CHECK_THAT(refused(), Contains("no Ardour session is open") && Contains("ardour install"));

  const fs::path ardour = program.socket().parent_path() / "ardour";
  ArdourSession session(ardour, "song");
  const auto placing = [&](const std::function<void()>& hook) {
    Running speaking = assistant.begin_to_say({call});
    while (!session.has("next.json")) REQUIRE(speaking.runs_for(std::chrono::milliseconds(5)));
    CHECK(session.posted().at == "bar:2");
    CHECK(session.posted().track == "new");
    hook();
    return Assistant::answers_of(speaking, 1).front();
  };
  CHECK_THAT(placing([&] { session.place(96'000); }), Contains(R"("status":"done")") &&
                                                          Contains(R"("sample":96000)") &&
                                                          Contains(R"("isError":false)"));
  const auto fail = [&] {
    const std::string id = session.claim();
    session.finish(id, {id, "the track is locked", {}, {}, {}, {}});
  };
  CHECK_THAT(placing(fail), Contains("the track is locked") && Contains(R"("isError":true)"));

  {
    ArdourSession other(ardour, "other");
    other.is_open_in(::getppid());
    CHECK_THAT(refused(), Contains("several Ardour sessions are open") && !Contains("/music/"));
    fs::remove_all(other.folder());
  }
  CHECK(program.run({"trash", take}).exit_code == 0);
  CHECK_THAT(refused(), Contains("lies in the trash"));
  CHECK_FALSE(session.has("next.json"));
}

TEST_CASE("An assistant gets no path, no shell and no endless line", "[integration]") {
  Assistant assistant;
  const auto answers = assistant.say(
      {tool_call("generate", R"({"prompt":"a plain tone","output_dir":"/etc"})"),
       tool_call("shell", R"({"command":"id"})"),
       tool_call("status", R"({"job_id":"../../../../etc/passwd"})"),
       R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(2'000'000, 'x') + R"("})", "{",
       R"({"jsonrpc":"2.0","id":9,"method":"ping"})"});
  CHECK_THAT(answers[0], Catch::Matchers::Contains("output_dir") &&
                             Catch::Matchers::Contains(R"("isError":true)"));
  CHECK_THAT(answers[1], Catch::Matchers::Contains("-32602"));
  CHECK_THAT(answers[2], Catch::Matchers::Contains(R"("isError":true)"));
  CHECK_THAT(answers[3], Catch::Matchers::Contains("-32600"));
  CHECK_THAT(answers[4], Catch::Matchers::Contains("-32700"));
  CHECK(answers[5] == R"({"jsonrpc":"2.0","id":9,"result":{}})");
  CHECK_FALSE(fs::exists(assistant.program.database()));
}

TEST_CASE("An assistant is refused a configuration that is wrong, and told where",
          "[integration]") {
  const Program program;
  write_file(program.config(), "soundfnt = 1\n");
  check_refused(program.run({"mcp"}), {program.config().string(), "line 1"});
}
