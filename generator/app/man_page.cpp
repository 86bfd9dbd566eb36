// SPDX-License-Identifier: Apache-2.0
#include "generator/app/man_page.hpp"

#include <cctype>

#include "generator/app/command_tree.hpp"

namespace dgx::app {
namespace {

constexpr std::string_view kClosingSections = R"(.SH EXIT STATUS
.TP
.B 0
The work is done.
.TP
.B 1
The work itself failed: the engine broke down, reading or writing failed.
.TP
.B 2
The request or the machine has to change first: a value out of its range, an unknown take, a
missing package, a full disk. Nothing was written.
.TP
.B 75
Of serve: another service works on the data folder.
.TP
.B 130
Cancelled by Ctrl\-C. No file is left; history shows the job as cancelled.
.SH ENVIRONMENT
.TP
.B DGX_MUSIC_LOG
What is logged to standard error: debug, info, warning (the default) or error.
.TP
.B DGX_MUSIC_DATA_DIR
The data folder, instead of dgx\-music beneath $XDG_DATA_HOME (~/.local/share where that is not set).
.TP
.B DGX_MUSIC_CONFIG_DIR
The folder of config.toml, instead of dgx\-music beneath $XDG_CONFIG_HOME (~/.config).
.SH FILES
.TP
.I ~/.local/share/dgx\-music/history.db
The history of jobs and takes.
.TP
.I ~/.local/share/dgx\-music/service.log
What a service said that a command started.
.TP
.I ~/.local/share/dgx\-music/takes/
Finished takes: a WAV file, its receipt (.json), and MIDI (.mid) and parts where the model gives
them.
.SH EXAMPLES
.nf
dgx\-music generate "lo\-fi hip hop, dusty drums, warm Rhodes, 84 BPM, C minor"
dgx\-music generate "drum and bass, 174 bpm" \-\-bars 16 \-\-stems \-\-seed 7
dgx\-music history \-\-json
.fi
)";

/// Text that troff prints as it is.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    const bool starts_line = escaped.empty() || escaped.back() == '\n';
    if (starts_line && (character == '.' || character == '\'')) escaped += "\\&";
    if (character == '\\') {
      escaped += "\\e";
    } else if (character == '-') {
      escaped += "\\-";
    } else {
      escaped += character;
    }
  }
  return escaped;
}

std::string upper(std::string text) {
  for (char& character : text) {
    character = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
  }
  return text;
}

std::string described(const Argument& argument) {
  std::string names;
  for (const std::string& name : argument.names) {
    names += (names.empty() ? "" : ", ") + ("\\fB" + roff(name) + "\\fR");
  }
  if (!argument.value_name.empty() && argument.names.front().starts_with("-")) {
    names += " \\fI" + roff(argument.value_name) + "\\fR";
  }
  return ".TP\n" + names + "\n" + roff(argument.description) + "\n";
}

std::string synopsis(const Command& command, const std::string& words) {
  if (!command.subcommands.empty()) {
    std::string lines;
    for (const Command& subcommand : command.subcommands) {
      lines += synopsis(subcommand, words + " " + subcommand.name);
    }
    return lines;
  }
  std::string line = ".B " + roff(words) + "\n";
  for (const Argument& positional : command.positionals) {
    const std::string& name = positional.names.front();
    line += positional.required ? "\\fI" + roff(name) + "\\fR\n" : "[\\fI" + roff(name) + "\\fR]\n";
  }
  return line + (command.options.empty() ? ".br\n" : "[\\fIflags\\fR]\n.br\n");
}

std::string arguments(const Command& command) {
  std::string text;
  for (const Argument& positional : command.positionals) text += described(positional);
  for (const Argument& option : command.options) text += described(option);
  return text;
}

std::string commands(const Command& command, const std::string& words) {
  std::string text;
  for (const Command& subcommand : command.subcommands) {
    const std::string name = words.empty() ? subcommand.name : words + " " + subcommand.name;
    text += ".SS " + roff(name) + "\n" + roff(subcommand.description) + "\n";
    text += arguments(subcommand) + commands(subcommand, name);
  }
  return text;
}

}  // namespace

std::string man_page(const CLI::App& app, std::string_view version) {
  const Command program = read_command(app);
  std::string page = ".\\\" SPDX-License-Identifier: Apache-2.0\n";
  page += ".TH " + roff(upper(program.name)) + " 1 \"\" \"" + roff(program.name) + " " +
          roff(version) + "\" \"User Commands\"\n";
  page += ".SH NAME\n" + roff(program.name) + " \\- text to music on your own machine\n";
  page += ".SH SYNOPSIS\n" + synopsis(program, program.name);
  page += ".SH DESCRIPTION\n" + roff(program.description) + "\n";
  if (!program.options.empty()) page += ".SH OPTIONS\n" + arguments(program);
  page += ".SH COMMANDS\n" + commands(program, "");
  page += kClosingSections;
  return page;
}

}  // namespace dgx::app
