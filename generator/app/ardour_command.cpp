// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <string>

#include "generator/app/ardour_setup.hpp"
#include "generator/app/command_line.hpp"
#include "generator/app/report.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

enum class Act { kInstall, kStatus, kUninstall };

std::string title_of(const ArdourConfiguration& ardour) {
  return "Ardour " + std::to_string(ardour.version) +
         (ardour.version == 9 ? " (not tried with DGX Music)" : "") + ", " +
         escaped_for_terminal(ardour.folder.string()) + ": ";
}

void print_status(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts) {
  switch (state_of(ardour, scripts)) {
    case ScriptsState::kAbsent:
      return print_line(STDOUT_FILENO, title_of(ardour) + "not installed");
    case ScriptsState::kOther:
      return print_line(STDOUT_FILENO, title_of(ardour) +
                                           "another version, or a part, is installed; "
                                           "'dgx-music ardour install' mends that");
    case ScriptsState::kCurrent:
      return print_line(STDOUT_FILENO, title_of(ardour) + "installed");
  }
}

void print_scripts(const std::vector<ScriptFile>& scripts) {
  for (const ScriptFile& file : scripts) {
    print_line(STDOUT_FILENO, "  " + file.script.name + " (" +
                                  (file.script.is_hook ? "works by itself" : "an action, no key") +
                                  ")");
  }
}

Status change(Act act, const std::vector<ArdourConfiguration>& ardours,
              const std::vector<ScriptFile>& scripts) {
  // Nothing is changed before all may be.
  for (const ArdourConfiguration& ardour : ardours) {
    if (Status free = expect_not_running(ardour); !free) return free;
  }
  for (const ArdourConfiguration& ardour : ardours) {
    const Status done =
        act == Act::kInstall ? install_scripts(ardour, scripts) : remove_scripts(ardour, scripts);
    if (!done) return done;
  }
  return ok();
}

int run_ardour(Act act) {
  const auto scripts = find_our_scripts();
  if (!scripts) return report_error(scripts.error(), false);
  const auto ardours = find_ardour_configurations();
  if (!ardours) return report_error(ardours.error(), false);
  if (act != Act::kStatus) {
    if (Status done = change(act, *ardours, *scripts); !done) {
      return report_error(done.error(), false);
    }
  }
  for (const ArdourConfiguration& ardour : *ardours) {
    print_status(ardour, *scripts);
    if (act == Act::kInstall) print_scripts(*scripts);
  }
  if (act == Act::kInstall) {
    print_line(STDOUT_FILENO, "They work from the next start of Ardour on.");
  }
  return 0;
}

}  // namespace

void add_ardour_command(CommandLine& line) {
  CLI::App* command =
      line.app.add_subcommand("ardour", "let Ardour place takes on its timeline, or stop that");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Act act) {
    command->add_subcommand(name, help)->callback([&line, act] {
      line.run = [act] { return run_ardour(act); };
    });
  };
  add("install", "put the scripts of DGX Music into Ardour's configuration", Act::kInstall);
  add("status", "tell where they are", Act::kStatus);
  add("uninstall", "take them out again", Act::kUninstall);
}

}  // namespace dgx::app
