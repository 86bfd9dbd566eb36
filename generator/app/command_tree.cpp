// SPDX-License-Identifier: Apache-2.0
#include "generator/app/command_tree.hpp"

#include <CLI/App.hpp>
#include <sstream>

namespace dgx::app {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.push_back(word);
  return words;
}

// CLI11 joins the type's name and what its validators say: "TEXT:{a,b}", "TEXT:FILE".
std::vector<std::string> read_choices(const std::string& type_name) {
  const std::size_t open = type_name.find('{');
  const std::size_t close = type_name.find('}', open);
  if (open != std::string::npos && close != std::string::npos) {
    return split(type_name.substr(open + 1, close - open - 1), ',');
  }
  if (type_name.find('|') != std::string::npos) return split(type_name, '|');
  return {};
}

Argument read_argument(const CLI::Option& option) {
  Argument argument;
  argument.description = option.get_description();
  argument.required = option.get_required();
  if (option.get_positional()) {
    const std::string& shown = option.get_option_text();
    argument.names.push_back(shown.empty() ? option.get_name(true) : shown);
  } else {
    for (const std::string& name : option.get_snames()) argument.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) argument.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() == 0) return argument;

  const std::string type_name = option.get_type_name();
  argument.value_name = type_name.substr(0, type_name.find(':'));
  argument.choices = read_choices(type_name);
  if (!argument.choices.empty()) {
    argument.value = Argument::Value::kChoice;
  } else if (type_name.find("FILE") != std::string::npos) {
    argument.value = Argument::Value::kFile;
  } else if (type_name.find("FOLDER") != std::string::npos ||
             type_name.find("DIR") != std::string::npos) {
    argument.value = Argument::Value::kFolder;
  } else {
    argument.value = Argument::Value::kText;
  }
  return argument;
}

}  // namespace

Command read_command(const CLI::App& app) {
  Command command;
  command.name = app.get_name();
  command.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    auto& list = option->get_positional() ? command.positionals : command.options;
    list.push_back(read_argument(*option));
  }
  const auto is_shown = [](const CLI::App* subcommand) {
    return !subcommand->get_group().empty() && !subcommand->get_name().empty();
  };
  for (const CLI::App* subcommand : app.get_subcommands(is_shown)) {
    command.subcommands.push_back(read_command(*subcommand));
  }
  return command;
}

}  // namespace dgx::app
