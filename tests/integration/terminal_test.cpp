// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "generator/base/utf8.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;

namespace {

/// What a terminal shows after a program wrote to it. Knows what the program may use, and fails
/// the test at anything else.
class Screen {
 public:
  explicit Screen(const std::string& written) {
    for (std::size_t at = 0; at < written.size();) {
      const char c = written[at];
      if (c == '\x1b') {
        at = obey(written, at);
      } else if (c == '\n') {
        lines_.emplace_back();
        ++at;
      } else if (c == '\r') {
        returned_ = true;
        ++at;
      } else {
        put(written, at);
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] int erasures() const { return erasures_; }
  [[nodiscard]] bool coloured() const { return coloured_; }
  /// Of all that was ever on the last line, in characters.
  [[nodiscard]] std::size_t widest() const { return widest_; }

 private:
  std::size_t obey(const std::string& written, std::size_t at) {
    std::size_t end = at + 2;
    while (end < written.size() && (written[end] < '@' || written[end] > '~')) ++end;
    REQUIRE(end < written.size());
    const std::string sequence = written.substr(at + 1, end - at);
    if (sequence == "[2K") {
      lines_.back().clear();
      ++erasures_;
    } else {
      INFO("the sequence ESC" << sequence);
      CHECK((sequence.starts_with('[') && sequence.ends_with('m')));
      coloured_ = true;
    }
    return end + 1;
  }

  void put(const std::string& written, std::size_t& at) {
    const std::size_t start = at;
    REQUIRE(dgx::next_code_point(written, at).has_value());
    // Writing over an older line leaves its end to be seen; the program has to erase it first.
    if (returned_) CHECK(lines_.back() == "");
    returned_ = false;
    lines_.back() += written.substr(start, at - start);
    widest_ = std::max(widest_, dgx::count_code_points(lines_.back()));
  }

  std::vector<std::string> lines_{""};
  bool returned_ = false;
  bool coloured_ = false;
  int erasures_ = 0;
  std::size_t widest_ = 0;
};

std::string text_of(const Screen& screen) {
  std::string text;
  for (const std::string& line : screen.lines()) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("On a terminal progress is one line that is drawn over and gone at the end",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  for (const unsigned short columns : std::array<unsigned short, 3>{40, 80, 200}) {
    INFO(columns << " columns");
    const Outcome outcome =
        program.start_on_terminal({"generate", "a steady tone", "--duration", "20"}, columns)
            .wait();
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.out.find("generating") != std::string::npos);
    CHECK(outcome.out.find(" %") != std::string::npos);
    const Screen screen(outcome.out);
    CHECK(screen.erasures() >= 5);
    CHECK(screen.coloured());
    const std::string shown = text_of(screen);
    INFO(shown);
    CHECK(shown.find("generating") == std::string::npos);
    CHECK(shown.find("finishing") == std::string::npos);
    CHECK(shown.starts_with("fake-tone-"));  // No blank line before, either.
    CHECK(screen.lines().back().empty());
  }
}

TEST_CASE("No progress line is wider than the terminal", "[integration]") {
  Program program;
  program.use_fake_engine();
  for (const unsigned short columns : std::array<unsigned short, 3>{40, 60, 100}) {
    Running running = program.start_on_terminal({"generate", "slow tone"}, columns);
    REQUIRE(running.wait_for_output("generating"));
    running.runs_for(std::chrono::milliseconds(200));
    running.send(SIGINT);
    const Outcome outcome = running.wait();
    CHECK(outcome.exit_code == 130);
    const Screen screen(outcome.out);
    CHECK(screen.widest() < columns);
    CHECK(text_of(screen).starts_with("dgx-music: cancelled\n"));
  }
}

TEST_CASE("Ctrl-C typed at the terminal cancels", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running running = program.start_on_terminal({"generate", "slow tone"}, 80);
  REQUIRE(running.wait_for_output("generating"));
  running.type("\x03");
  const Outcome outcome = running.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(files_beneath(program.takes()).empty());
}

TEST_CASE("NO_COLOR and a dumb terminal are honoured by every command", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipt = program.generate({"a plain tone", "--duration", "1"})[0];
  const std::vector<std::vector<std::string>> commands = {
      {"generate", "a plain tone", "--duration", "1"},
      {"generate", "a plain tone", "--bpm", "9"},
      {"history"},
      {"show", receipt.take_id}};
  for (const auto& command : commands) {
    INFO(command[0]);
    program.environment.erase("NO_COLOR");
    program.environment["TERM"] = "xterm-256color";
    CHECK(Screen(program.start_on_terminal(command, 80).wait().out).coloured());
    program.environment["NO_COLOR"] = "1";
    CHECK_FALSE(Screen(program.start_on_terminal(command, 80).wait().out).coloured());
    program.environment["TERM"] = "dumb";
    const auto dumb = program.start_on_terminal(command, 80).wait().out;
    CHECK(dumb.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("Where no terminal is, lines are plain and each is said once", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto made = program.run({"generate", "a plain tone", "--duration", "20"});
  // What was over before the stream was open is not said.
  CHECK(std::string("waiting\nloading the model\ngenerating\nfinishing the file\n")
            .ends_with(made.err));
  CHECK(made.err.ends_with("finishing the file\n"));
  CHECK(is_plain_text(made.out));
  const auto json = program.run({"generate", "a plain tone", "--duration", "1", "--json"});
  CHECK(json.err == "");
  CHECK(std::count(json.out.begin(), json.out.end(), '\n') == 1);
  CHECK(json.out.starts_with("{\"job_id\":"));
  for (const std::string command : {"history", "show", "--version"}) {
    const auto shown = program.run({command});
    CHECK(is_plain_text(shown.out));
  }
}
