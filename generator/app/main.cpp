// SPDX-License-Identifier: Apache-2.0
// dgx-music: reads the command line and runs the one command that it names.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <new>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/report.hpp"
#include "generator/app/usage_mistake.hpp"
#include "generator/base/version.hpp"

namespace dgx::app {

std::unique_ptr<CommandLine> make_command_line() {
  auto line = std::make_unique<CommandLine>();
  line->app.set_version_flag("--version", std::string("dgx-music ") + kVersion);
  line->app.require_subcommand(1);
  line->app.footer("Everything runs on this machine. dgx-music COMMAND --help tells more.");
  add_generate_command(*line);
  add_batch_command(*line);
  add_history_command(*line);
  add_show_command(*line);
  add_backup_commands(*line);
  add_models_command(*line);
  add_queue_commands(*line);
  add_insert_command(*line);
  add_licences_command(*line);
  add_ardour_command(*line);
  add_serve_command(*line);
  add_mcp_command(*line);
  add_doctor_command(*line);
  add_description_commands(*line);
  return line;
}

}  // namespace dgx::app

namespace {

constexpr int kUsageError = 2;

int parse_and_run(int argc, char** argv) {
  const auto line = dgx::app::make_command_line();
  try {
    line->app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return line->app.exit(help_or_version);
  } catch (const CLI::ParseError& mistake) {
    const std::string sentence = dgx::app::usage_sentence(line->app, mistake);
    dgx::app::report_error({dgx::ErrorCode::kInvalidArgument, sentence}, false);
    return kUsageError;
  }
  return line->run();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A limit on file sizes is a full disk, not a reason to die.
  try {
    return parse_and_run(argc, argv);
  } catch (const std::bad_alloc&) {
    return dgx::app::report_error({dgx::ErrorCode::kOutOfMemory, "memory ran out"}, false);
  } catch (const std::exception& exception) {
    return dgx::app::report_error({dgx::ErrorCode::kInternal, exception.what()}, false);
  }
}
