// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <memory>

namespace dgx::app {

/// The whole command line: every subcommand adds itself and, when it is the one that was asked
/// for, puts what is to be done into `run`. `run` gives the exit code.
struct CommandLine {
  CLI::App app{"Text to music on your own machine, for Ardour.", "dgx-music"};
  std::function<int()> run{};
};

void add_generate_command(CommandLine& line);
void add_batch_command(CommandLine& line);
void add_history_command(CommandLine& line);
void add_show_command(CommandLine& line);
/// `backup` and `restore`.
void add_backup_commands(CommandLine& line);
void add_models_command(CommandLine& line);
void add_mcp_command(CommandLine& line);
void add_doctor_command(CommandLine& line);
/// `status`, `queue`, `cancel`, `favourite`, `rename` and `trash`.
void add_queue_commands(CommandLine& line);
void add_insert_command(CommandLine& line);
void add_licences_command(CommandLine& line);
/// `ardour install`, `ardour status` and `ardour uninstall`.
void add_ardour_command(CommandLine& line);
void add_serve_command(CommandLine& line);
/// `manual` and `completion`, which describe the command line itself; scripts/install uses them.
void add_description_commands(CommandLine& line);

std::unique_ptr<CommandLine> make_command_line();

}  // namespace dgx::app
