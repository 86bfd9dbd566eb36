// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/completion.hpp"
#include "generator/app/man_page.hpp"
#include "generator/base/version.hpp"

namespace dgx::app {

// An empty group hides them from help, manual and completion: scripts/install is their reader.
void add_description_commands(CommandLine& line) {
  CLI::App* manual = line.app.add_subcommand("manual", "print the manual page")->group("");
  manual->callback([&line] {
    line.run = [&line] {
      std::cout << man_page(line.app, kVersion);
      return 0;
    };
  });

  auto shell = std::make_shared<std::string>();
  CLI::App* completion = line.app.add_subcommand("completion", "print a completion script");
  completion->group("");
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&line, shell] {
    line.run = [&line, shell] {
      std::cout << completion_script(line.app, *parse_shell(*shell));
      return 0;
    };
  });
}

}  // namespace dgx::app
