// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_host.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/log.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::app {
namespace {

struct ServeArguments {
  bool foreground = false;
  int tcp_port = -1;
  double idle_exit_seconds = -1;
};

int run_serve(const ServeArguments& arguments) {
  if (arguments.foreground) log::set_level(log::Level::kInfo);
  const Interrupts interrupts;  // Before any thread, so that all of them leave signals to it.
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  ServiceOptions options;
  if (arguments.tcp_port >= 0) options.tcp_port = static_cast<std::uint16_t>(arguments.tcp_port);
  if (arguments.idle_exit_seconds >= 0) {
    options.idle_exit =
        std::chrono::milliseconds(static_cast<std::int64_t>(arguments.idle_exit_seconds * 1000));
  }
  const auto host = ServiceHost::open(*settings, options);
  if (!host) {
    const int exit = report_error(host.error(), false);
    return host.error().code == ErrorCode::kConflict ? protocol::kExitOccupied : exit;
  }
  log::info("serving " + settings->places.data.string());
  (*host)->run(interrupts.token());
  return 0;
}

}  // namespace

void add_serve_command(CommandLine& line) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* command = line.app.add_subcommand("serve", "run the service that works the queue off");
  command->add_flag("--foreground", arguments->foreground,
                    "say on standard error what happens, for debugging");
  command
      ->add_option("--tcp", arguments->tcp_port,
                   "also take calls on 127.0.0.1 at this port, with a token; 0: any port")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  command
      ->add_option("--idle-exit", arguments->idle_exit_seconds,
                   "leave after so long without jobs and callers (default: stay)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_serve(*arguments); }; });
}

}  // namespace dgx::app
