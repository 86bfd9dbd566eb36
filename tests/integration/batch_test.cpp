// SPDX-License-Identifier: Apache-2.0
// A file of requests, as a person who queues an evening's work has it.
#include <algorithm>
#include <filesystem>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

struct Evening {
  Evening() { program.use_fake_engine(); }

  [[nodiscard]] fs::path file(const std::string& name = "evening.txt") const {
    return program.home() / name;
  }
  [[nodiscard]] Outcome run(const std::string& text, const std::string& name = "evening.txt",
                            const std::vector<std::string>& flags = {}) const {
    write_file(file(name), text);
    std::vector<std::string> arguments = {"batch", file(name).string()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return program.run(arguments);
  }
  [[nodiscard]] std::string jobs() const {
    return sqlite3_says(program.database(), "SELECT count(*) FROM jobs");
  }

  Program program{};
};

std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_CASE("A batch makes a take a line, names wrong lines and goes on", "[integration]") {
  Evening evening;
  const auto made = evening.run(
      "{\"prompt\": \"a plain tone\", \"duration\": 1}\n"
      "{\"prompt\": \"a plain tone\", \"duration\": 900}\n"
      "\n"
      "{\"prompt\": \"a plain tone\", \"model\": \"nothing\"}\n"
      "{\"prompt\": \"a plain tone\", \"duration\": 1, \"variations\": 2}\n",
      "evening.jsonl");
  INFO(made.err);
  CHECK(made.exit_code == 2);
  CHECK(
      made.err.starts_with("dgx-music: line 2: duration must be 1 to 300 seconds, got 900\n"
                           "dgx-music: line 4: model must be one of the installed models"));
  CHECK(lines_in(made.err) == 2);
  CHECK(made.out.starts_with("line 1: " + evening.program.takes().string()));
  CHECK(lines_in(made.out) == 3);
  CHECK(files_beneath(evening.program.takes()).size() == 9);
}

TEST_CASE("A batch that is run again makes only what is missing", "[integration]") {
  Evening evening;
  const std::string text = "a plain tone\nplease throw now\nanother tone\na plain tone\n";
  const auto first = evening.run(text);
  CHECK(first.exit_code == 1);
  CHECK(first.err.starts_with("dgx-music: line 2: "));
  CHECK(evening.jobs() == "4");

  const auto again = evening.run("one more tone\n" + text);
  CHECK(again.exit_code == 1);
  CHECK(again.err.starts_with("dgx-music: line 3: "));
  CHECK(evening.jobs() == "6");  // The new line, and the one that failed.
  CHECK(lines_in(again.out) == 4);

  const auto whole = evening.run("a plain tone\nanother tone\n");
  CHECK(whole.exit_code == 0);
  CHECK(evening.jobs() == "6");
  CHECK(evening.run("a plain tone\n", "evening.txt", {"--again"}).exit_code == 0);
  CHECK(evening.jobs() == "7");
}

TEST_CASE("Ctrl-C cancels what is left of a batch, and the next run makes it", "[integration]") {
  Evening evening;
  const std::string text = "a plain tone\nslow tone\nanother tone\n";
  write_file(evening.file(), text);
  Running running = evening.program.start({"batch", evening.file().string()});
  REQUIRE(running.wait_for_output("line 1: "));
  running.send(SIGINT);
  const Outcome stopped = running.wait();
  INFO(stopped.err);
  CHECK(stopped.exit_code == 130);
  CHECK(stopped.err.starts_with("cancelling what is not done"));
  CHECK(stopped.err.find("dgx-music: line 3: cancelled\n") != std::string::npos);
  CHECK(sqlite3_says(evening.program.database(), "SELECT state FROM jobs ORDER BY number") ==
        "completed\ncancelled\ncancelled");
  CHECK(files_beneath(evening.program.takes()).size() == 3);

  CHECK(evening.run("a plain tone\nanother tone\n").exit_code == 0);
  CHECK(files_beneath(evening.program.takes()).size() == 6);
}

TEST_CASE("For programs a batch prints one object a line", "[integration]") {
  const Evening evening;
  const auto made = evening.run("a plain tone\nno\n", "evening.txt", {"--json"});
  CHECK(made.exit_code == 2);
  CHECK(lines_in(made.out) == 2);
  CHECK(made.out.starts_with("{\"line\":2,\"takes\":[],\"error\":{\"code\":\"invalid_argument\""));
  CHECK(made.out.find("\n{\"line\":1,\"job_id\":\"") != std::string::npos);
  CHECK(made.out.find("\"status\":\"completed\",\"takes\":[{\"take_id\":\"") != std::string::npos);
}

TEST_CASE("A batch is read from standard input", "[integration]") {
  Evening evening;
  write_file(evening.file(), "a plain tone\n");
  evening.program.launcher = {"/bin/sh", "-c", "exec \"$@\" < \"$0\"", evening.file().string()};
  const auto made = evening.program.run({"batch", "-"});
  CHECK(made.exit_code == 0);
  CHECK(made.out.starts_with("line 1: "));
}

TEST_CASE("A batch that cannot be read is refused before a service starts", "[integration]") {
  const Evening evening;
  check_refused(evening.run("# nothing\n"), {evening.file().string() + " holds no request"});
  check_refused(evening.program.run({"batch", "/nowhere.txt"}),
                {"/nowhere.txt cannot be read: No such file or directory"});
  check_refused(evening.program.run({"batch", evening.program.home().string()}),
                {"it is not a regular file"});
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "rain\n";
  check_refused(evening.run(many), {"must hold at most 1000 requests, got 1001"});
  const auto wrong = evening.run("no\n");
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err == "dgx-music: line 1: prompt must be 3 to 1000 characters, got 2\n");
  CHECK_FALSE(fs::exists(evening.program.socket()));
}

TEST_CASE("On a terminal a batch is a table that is gone at the end", "[integration]") {
  const Evening evening;
  write_file(evening.file(), "slow tone\na plain tone\n\x1b[31m hostile\n");
  Running running = evening.program.start_on_terminal({"batch", evening.file().string()}, 60);
  REQUIRE(running.wait_for_output("    2  waiting"));
  REQUIRE(running.wait_for_output("generating"));
  running.type("\x03");
  const Outcome outcome = running.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.out.find("0 of 3 done, 1 failed, ") != std::string::npos);
  // All that was drawn was taken away again, row by row.
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (std::size_t at = outcome.out.find(text); at != std::string::npos;
         at = outcome.out.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count("\x1b[1A\x1b[2K") ==
        count("  waiting ") + count("  generating ") + count("  loading ") + count(" of 3 done"));
  CHECK(outcome.out.find("\x1b[31m hostile") == std::string::npos);
}
