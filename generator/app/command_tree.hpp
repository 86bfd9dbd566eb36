// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dgx::app {

/// One flag or positional argument, as help, manual and completion show it.
struct Argument {
  enum class Value { kNone, kText, kChoice, kFile, kFolder };

  std::vector<std::string> names{};  ///< "--bpm", "-h"; of a positional its own name: "PROMPT"
  std::string description{};
  std::string value_name{};  ///< "NUMBER", "FOLDER"; empty for a switch
  Value value = Value::kNone;
  std::vector<std::string> choices{};  ///< Of kChoice
  bool required = false;
};

/// A program or one of its subcommands. What CLI11 hides (an empty group) is left out.
struct Command {
  std::string name{};
  std::string description{};
  std::vector<Argument> options{};
  std::vector<Argument> positionals{};
  std::vector<Command> subcommands{};
};

/// Reads what the program offers out of its command line, so that manual and completion cannot
/// differ from it. The kind of a value is told by its CLI11 type name: "FILE", "FOLDER" or "DIR",
/// "16|24|32f" or a CLI::IsMember for choices; all else is text.
Command read_command(const CLI::App& app);

}  // namespace dgx::app
