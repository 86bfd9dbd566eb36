// SPDX-License-Identifier: Apache-2.0
#include "generator/app/usage_mistake.hpp"

#include <CLI/App.hpp>
#include <vector>

namespace dgx::app {
namespace {

/// As far as the commands were understood: the last of them, and all that led there.
struct Understood {
  const CLI::App* command = nullptr;
  std::string words{};
};

Understood understood(const CLI::App& app) {
  Understood so_far{&app, app.get_name()};
  while (!so_far.command->get_subcommands().empty()) {
    so_far.command = so_far.command->get_subcommands().front();
    so_far.words += " " + so_far.command->get_name();
  }
  return so_far;
}

bool has_commands(const CLI::App& app) {
  return !app.get_subcommands([](const CLI::App*) { return true; }).empty();
}

}  // namespace

std::string usage_sentence(const CLI::App& app, const CLI::ParseError& mistake) {
  const auto [command, words] = understood(app);
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string help = "; " + words + " --help lists them";
  if (unknown.empty()) {
    const bool is_cut_short = command->get_require_subcommand_min() > 0;
    return is_cut_short ? "a command is missing" + help : mistake.what();
  }
  const std::string& first = unknown.front();
  if (first.starts_with('-')) return "there is no option " + first + help;
  if (has_commands(*command)) return "there is no command '" + first + "'" + help;
  return "'" + first + "' was not expected: words that belong together need quotes";
}

}  // namespace dgx::app
