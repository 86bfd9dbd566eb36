// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <fstream>
#include <string>

#include "generator/app/completion.hpp"
#include "generator/app/man_page.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::app::completion_script;
using dgx::app::man_page;
using dgx::app::Shell;
using dgx::test::CommandResult;
using dgx::test::run_command;
using dgx::test::TempDir;

namespace {

/// A command line with one of everything that the scripts have to get right.
struct SampleApp {
  CLI::App app{"Makes music; it's \"quoted\" [and] back\\slashed", "sample-music"};
  std::string text;
  bool flag = false;

  SampleApp() {
    CLI::App* generate = app.add_subcommand("generate", "Makes a clip: one take");
    generate->add_option("prompt", text, "What the music should be")
        ->required()
        ->option_text("PROMPT");
    generate->add_option("--bit-depth", text, "Sample format")->type_name("16|24|32f");
    generate->add_option("--mood", text, "It's a mood")->check(CLI::IsMember({"calm", "tense"}));
    generate->add_option("-o,--output-dir", text, "Folder [beneath a root]")->type_name("FOLDER");
    generate->add_option("--melody", text, "A WAV file")->type_name("FILE");
    generate->add_option("--bpm", text, "Tempo")->type_name("NUMBER");
    generate->add_flag("--loop", flag, "End meets start");
    generate->add_option("--secret", text, "Not shown")->group("");
    CLI::App* models = app.add_subcommand("models", "Models");
    models->add_subcommand("pull", "Installs one");
    models->add_subcommand("list", "Lists them");
    app.add_subcommand("internal", "Not shown")->group("");
    app.set_version_flag("--version", "1.2.3");
  }
};

bool is_installed(const std::string& program) {
  return run_command("command -v " + program).exit_code == 0;
}

/// The words that bash offers at the end of `line`, as a person would see them.
std::string bash_offers(const std::filesystem::path& script, const std::string& words) {
  // COMP_WORDS is what bash itself would set; the last word is the one being completed.
  const CommandResult output = run_command(
      "bash -c 'compopt() { :; }; source " + script.string() + "; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sample_music; echo \"${COMPREPLY[*]}\"'");
  return output.output.substr(0, output.output.find('\n'));
}

std::filesystem::path write(const TempDir& folder, const std::string& name,
                            const std::string& text) {
  const std::filesystem::path path = folder / name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace

TEST_CASE("Bash completes what may follow the words so far", "[completion]") {
  const SampleApp sample;
  const TempDir folder;
  std::filesystem::create_directory(folder / "takes");
  const auto script = write(folder, "bash", completion_script(sample.app, Shell::kBash));

  CHECK(bash_offers(script, "sample-music \"\"") == "generate models -h --help --version");
  CHECK(bash_offers(script, "sample-music ge") == "generate");
  CHECK(bash_offers(script, "sample-music generate --b") == "--bit-depth --bpm");
  CHECK(bash_offers(script, "sample-music generate --bit-depth \"\"") == "16 24 32f");
  CHECK(bash_offers(script, "sample-music generate --mood t") == "tense");
  CHECK(bash_offers(script, "sample-music generate --bpm \"\"").empty());
  CHECK(bash_offers(script, "sample-music generate models --lo") == "--loop");
  CHECK(bash_offers(script, "sample-music models p") == "pull");
  const std::string in_folder = folder.path().string() + "/ta";
  CHECK(bash_offers(script, "sample-music generate -o " + in_folder) == in_folder + "kes");
}

TEST_CASE("Completion scripts are correct in their shells", "[completion]") {
  struct Checked {
    Shell shell;
    std::string name;
  };
  const Checked checked = GENERATE(Checked{Shell::kBash, "bash"}, Checked{Shell::kZsh, "zsh"},
                                   Checked{Shell::kFish, "fish"});
  if (!is_installed(checked.name)) {
    WARN(checked.name << " is not installed: its completion was not checked by it");
    return;
  }
  const SampleApp sample;
  const TempDir folder;
  const auto script = write(folder, checked.name, completion_script(sample.app, checked.shell));

  const CommandResult output = run_command(checked.name + " -n " + script.string() + " 2>&1");

  INFO(output.output);
  CHECK(output.exit_code == 0);
}

TEST_CASE("Completion and manual leave out what the command line hides", "[completion]") {
  const SampleApp sample;
  const std::string text =
      completion_script(sample.app, Shell::kBash) + completion_script(sample.app, Shell::kZsh) +
      completion_script(sample.app, Shell::kFish) + man_page(sample.app, "1.2.3");
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("internal") == std::string::npos);
  CHECK(text.find("generate") != std::string::npos);
}

TEST_CASE("A shell is known by its name", "[completion]") {
  CHECK(dgx::app::parse_shell("fish") == Shell::kFish);
  CHECK_FALSE(dgx::app::parse_shell("csh").has_value());
}

TEST_CASE("The manual shows every command and flag without a complaint of groff", "[manual]") {
  const SampleApp sample;
  const TempDir folder;
  const auto page = write(folder, "page.1", man_page(sample.app, "1.2.3"));
  if (!is_installed("groff")) {
    WARN("groff is not installed: the manual was not formatted");
    return;
  }

  const CommandResult complaints =
      run_command("groff -man -ww -z -Tutf8 " + page.string() + " 2>&1");
  CHECK(complaints.output.empty());
  const CommandResult shown = run_command("groff -man -Tascii -P-c -P-b -P-u " + page.string());
  CHECK_THAT(shown.output, Catch::Matchers::Contains("SAMPLE-MUSIC(1)"));
  CHECK_THAT(shown.output, Catch::Matchers::Contains("sample-music generate PROMPT [flags]"));
  CHECK_THAT(shown.output, Catch::Matchers::Contains("-o, --output-dir FOLDER"));
  CHECK_THAT(shown.output, Catch::Matchers::Contains("back\\slashed"));
  CHECK_THAT(shown.output, Catch::Matchers::Contains("models pull"));
}
