// SPDX-License-Identifier: Apache-2.0
#include "generator/app/completion.hpp"

#include <algorithm>

#include "generator/app/command_tree.hpp"
#include "generator/app/report.hpp"

namespace dgx::app {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string in_single_quotes(const std::string& text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

/// A name that shells take for a function: "_dgx_music".
std::string function_name(const std::string& program) {
  return "_" + replace_all(program, "-", "_");
}

// Descriptions stand on one line beside what they describe.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// bash: the path of subcommands typed so far ("/generate") selects the words that may follow.

std::string bash_path_cases(const Command& command, const std::string& path) {
  std::string cases;
  for (const Command& subcommand : command.subcommands) {
    const std::string below = path + "/" + subcommand.name;
    cases += "      " + below + ") path=" + below + " ;;\n";
    cases += bash_path_cases(subcommand, below);
  }
  return cases;
}

std::string bash_value_action(const Argument& option) {
  switch (option.value) {
    case Argument::Value::kFile:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return";
    case Argument::Value::kFolder:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return";
    case Argument::Value::kChoice:
      return "words=" + in_single_quotes(joined(option.choices, " "));
    case Argument::Value::kNone:
    case Argument::Value::kText:
      break;
  }
  return "return";
}

std::string bash_value_cases(const Command& command, const std::string& path) {
  std::string cases;
  for (const Argument& option : command.options) {
    if (option.value == Argument::Value::kNone) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) patterns.push_back("'" + path + " " + name + "'");
    cases += "    " + joined(patterns, " | ") + ") " + bash_value_action(option) + " ;;\n";
  }
  for (const Command& subcommand : command.subcommands) {
    cases += bash_value_cases(subcommand, path + "/" + subcommand.name);
  }
  return cases;
}

std::string bash_word_cases(const Command& command, const std::string& path) {
  std::vector<std::string> words;
  for (const Command& subcommand : command.subcommands) words.push_back(subcommand.name);
  for (const Argument& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  std::string cases =
      "      '" + path + "') words=" + in_single_quotes(joined(words, " ")) + " ;;\n";
  for (const Command& subcommand : command.subcommands) {
    cases += bash_word_cases(subcommand, path + "/" + subcommand.name);
  }
  return cases;
}

std::string bash_script(const Command& program) {
  const std::string function = function_name(program.name);
  return "# bash completion for " + program.name + "\n" + function +
         "() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local path='' words='' word\n"
         "  COMPREPLY=()\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do\n"
         "    case $path/$word in\n" +
         bash_path_cases(program, "") +
         "    esac\n"
         "  done\n"
         "  case \"$path $previous\" in\n" +
         bash_value_cases(program, "") +
         "  esac\n"
         "  if [[ -z $words ]]; then\n"
         "    case $path in\n" +
         bash_word_cases(program, "") +
         "    esac\n"
         "  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "}\n"
         "complete -F " +
         function + " " + program.name + "\n";
}

// zsh: one function a command, each a call of _arguments.

std::string zsh_text(const std::string& text) {
  std::string escaped;
  for (const char character : one_line(text)) {
    if (character == '[' || character == ']' || character == ':' || character == '\\') {
      escaped += '\\';
    }
    escaped += character;
  }
  return escaped;
}

std::string zsh_value(const Argument& argument) {
  const std::string message = ":" + zsh_text(argument.value_name) + ":";
  switch (argument.value) {
    case Argument::Value::kFile:
      return message + "_files";
    case Argument::Value::kFolder:
      return message + "_files -/";
    case Argument::Value::kChoice:
      return ":value:(" + joined(argument.choices, " ") + ")";
    case Argument::Value::kText:
      return message + " ";
    case Argument::Value::kNone:
      break;
  }
  return {};
}

std::string zsh_function(const Command& command, const std::string& function) {
  std::string specs;
  for (const Argument& option : command.options) {
    for (const std::string& name : option.names) {
      specs += " \\\n    " + in_single_quotes(name + "[" + zsh_text(option.description) + "]" +
                                              zsh_value(option));
    }
  }
  if (command.subcommands.empty()) {
    for (const Argument& positional : command.positionals) {
      specs += " \\\n    " +
               in_single_quotes(":" + zsh_text(positional.names.front()) + ":" +
                                (positional.value == Argument::Value::kFile ? "_files" : " "));
    }
    return function + "() {\n  _arguments" + specs + "\n}\n";
  }

  std::string names;
  std::string cases;
  std::string functions;
  for (const Command& subcommand : command.subcommands) {
    const std::string below = function + "_" + replace_all(subcommand.name, "-", "_");
    names += "      " +
             in_single_quotes(zsh_text(subcommand.name) + ":" + one_line(subcommand.description)) +
             "\n";
    cases += "        " + subcommand.name + ") " + below + " ;;\n";
    functions += zsh_function(subcommand, below);
  }
  return functions + function +
         "() {\n"
         "  local curcontext=$curcontext state line\n"
         "  local -a commands\n"
         "  _arguments -C" +
         specs +
         " \\\n    '1: :->command' '*:: :->arguments'\n"
         "  case $state in\n"
         "    command)\n"
         "      commands=(\n" +
         names +
         "      )\n"
         "      _describe command commands ;;\n"
         "    arguments)\n"
         "      case $words[1] in\n" +
         cases +
         "      esac ;;\n"
         "  esac\n"
         "}\n";
}

std::string zsh_script(const Command& program) {
  const std::string function = function_name(program.name);
  // The last line serves both ways of loading: from fpath, and sourced after compinit.
  return "#compdef " + program.name + "\n" + zsh_function(program, function) +
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n  " + function +
         " \"$@\"\nelse\n  compdef " + function + " " + program.name + "\nfi\n";
}

// fish: one `complete` a word, each with the condition under which it is offered.

std::string fish_text(const std::string& text) {
  return "'" + replace_all(replace_all(one_line(text), "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const Argument& option, const std::string& start) {
  std::string line = start;
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.value) {
    case Argument::Value::kNone:
      break;
    case Argument::Value::kText:
      line += " -x";
      break;
    case Argument::Value::kChoice:
      line += " -x -a " + fish_text(joined(option.choices, " "));
      break;
    case Argument::Value::kFile:
      line += " -r -F";
      break;
    case Argument::Value::kFolder:
      line += " -x -a '(__fish_complete_directories)'";
      break;
  }
  return line + " -d " + fish_text(option.description) + "\n";
}

/// `seen` is the condition that the command itself has been typed.
std::string fish_lines(const Command& command, const std::string& program,
                       const std::string& seen) {
  std::vector<std::string> names;
  for (const Command& subcommand : command.subcommands) names.push_back(subcommand.name);
  std::string here = seen;
  if (!names.empty()) {
    here +=
        (here.empty() ? "" : "; and ") + ("not __fish_seen_subcommand_from " + joined(names, " "));
  }
  const std::string start =
      "complete -c " + program + (here.empty() ? "" : " -n " + fish_text(here)) + " -f";

  std::string lines;
  for (const Command& subcommand : command.subcommands) {
    lines += start + " -a " + subcommand.name + " -d " + fish_text(subcommand.description) + "\n";
  }
  for (const Argument& option : command.options) lines += fish_option(option, start);
  for (const Command& subcommand : command.subcommands) {
    lines += fish_lines(
        subcommand, program,
        (seen.empty() ? "" : seen + "; and ") + ("__fish_seen_subcommand_from " + subcommand.name));
  }
  return lines;
}

}  // namespace

std::optional<Shell> parse_shell(std::string_view name) {
  if (name == "bash") return Shell::kBash;
  if (name == "zsh") return Shell::kZsh;
  if (name == "fish") return Shell::kFish;
  return std::nullopt;
}

std::string completion_script(const CLI::App& app, Shell shell) {
  const Command program = read_command(app);
  switch (shell) {
    case Shell::kBash:
      return bash_script(program);
    case Shell::kZsh:
      return zsh_script(program);
    case Shell::kFish:
      return "# fish completion for " + program.name + "\n" + fish_lines(program, program.name, "");
  }
  return {};
}

}  // namespace dgx::app
