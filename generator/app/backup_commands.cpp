// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/transfer.hpp"

namespace dgx::app {

void add_backup_commands(CommandLine& line) {
  auto target = std::make_shared<std::string>();
  CLI::App* backup = line.app.add_subcommand(
      "backup", "put the history and the files of all takes into one new file");
  backup->add_option("file", *target, "the new file, a tar archive")
      ->required()
      ->type_name("FILE")
      ->option_text("FILE");
  backup->callback([&line, target] { line.run = [target] { return run_backup(*target); }; });

  auto source = std::make_shared<std::string>();
  CLI::App* restore =
      line.app.add_subcommand("restore", "put a backup into a data folder that has no history");
  restore->add_option("file", *source, "a file that dgx-music backup wrote")
      ->required()
      ->type_name("FILE")
      ->option_text("FILE");
  restore->callback([&line, source] { line.run = [source] { return run_restore(*source); }; });
}

}  // namespace dgx::app
