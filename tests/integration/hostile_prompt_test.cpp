// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;

namespace {

// Valid prompts that something on their way could take for its own.
const std::array<std::string, 10> kPrompts = {
    "\xE2\x80\xAEtxet desrever\xE2\x80\xAC lo-fi",   // Right-to-left override
    "{}%s %n %1$s {0} {{x}} ${HOME} $(id) `id`",     // Format strings and shells
    "'; DROP TABLE generations; -- \" OR \"\"=\"",   // SQL
    "</DGX_MUSIC_RECEIPT><!-- ]]> &amp; &#27; <b>",  // XML
    "\\u001b[31m \\x1b[31m \\033[31m \\n",           // Escapes that are only text
    "caf\xC3\xA9, cafe\xCC\x81, \xF0\x9F\x8E\xB9 \xE9\xBC\x93 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
    "../../../../etc/passwd /dev/null C:\\CON",              // Paths
    "--help -h --json --seed=1",                             // Flags
    "zero\xE2\x80\x8Bwidth \xEF\xBB\xBF mark \xEF\xBF\xBD",  // Invisible and replacement
    "  spaces  at   both ends  ",
};

// What Python's JSON reader finds at `path` in what a command printed.
std::string json_value(const std::string& json, const std::string& path) {
  const TempDir folder;
  write_file(folder / "json", json);
  const auto said = run_command(
      "/usr/bin/python3 -c 'import json, sys; "
      "sys.stdout.buffer.write(json.load(open(sys.argv[1]))" +
      path + ".encode())' " + (folder / "json").string());
  CHECK(said.exit_code == 0);
  return said.output;
}

}  // namespace

TEST_CASE("Any prompt comes back byte for byte, and no terminal is told what it says",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  for (const std::string& prompt : kPrompts) {
    INFO(prompt);
    const auto made = program.run({"generate", "--duration", "1", "--json", "--", prompt});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    CHECK(is_plain_text(made.err));
    CHECK(json_value(made.out, "[\"takes\"][0][\"prompt\"]") == prompt);
    CHECK(embedded_prompt(json_value(made.out, "[\"takes\"][0][\"file_path\"]")) == prompt);

    const std::string id = json_value(made.out, "[\"takes\"][0][\"take_id\"]");
    const auto shown = program.run({"show", id});
    CHECK(shown.exit_code == 0);
    CHECK(is_plain_text(shown.out));
    CHECK(json_value(program.run({"show", id, "--json"}).out, "[\"prompt\"]") == prompt);
    const auto listed = program.run({"history", "--json", "--page-size", "1"});
    CHECK(json_value(listed.out, "[\"generations\"][0][\"prompt\"]") == prompt);
  }
  const auto listed = program.run({"history"});
  CHECK(listed.exit_code == 0);
  CHECK(is_plain_text(listed.out));
  CHECK(sqlite3_says(program.database(), "SELECT count(*) FROM generations") ==
        std::to_string(kPrompts.size()));
  for (const std::string& name : files_beneath(program.takes())) {
    CHECK(name.starts_with("fake-tone-"));  // Never the prompt itself.
  }
}

TEST_CASE("A history that somebody else wrote cannot speak to the terminal", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipt = program.generate({"a plain tone", "--duration", "1"})[0];
  const std::string escape = "char(27) || '[31m' || char(10) || char(155) || char(8238)";
  sqlite3_changes(program.database(),
                  "UPDATE generations SET prompt = " + escape + ", model_name = " + escape +
                      ", metadata = json_set(metadata, '$.prompt', " + escape +
                      ", '$.model.notice', " + escape + ", '$.key', " + escape +
                      ", '$.tempo.time_signature', " + escape + ", '$.file_path', " + escape +
                      "), file_path = '/' || " + escape);
  const auto listed = program.run({"history"});
  CHECK(listed.exit_code == 0);
  CHECK(listed.out.find("\\x1b[31m") != std::string::npos);
  CHECK(is_plain_text(listed.out));
  const auto shown = program.run({"show", receipt.take_id});
  CHECK(is_plain_text(shown.out));
  CHECK(is_plain_text(shown.err));
  CHECK((shown.out + shown.err).find("\\x1b[31m") != std::string::npos);
  for (const std::string command : {"history", "show"}) {
    const auto json = program.run({command, command == "show" ? receipt.take_id : "", "--json"});
    CHECK((json.out + json.err).find('\x1b') == std::string::npos);
  }

  sqlite3_changes(program.database(),
                  "UPDATE generations SET status = 'failed', metadata = NULL, "
                  "error_message = " +
                      escape);
  const auto failed = program.run({"show", receipt.take_id});
  CHECK(is_plain_text(failed.out + failed.err));
}
