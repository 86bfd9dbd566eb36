// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <string>
#include <utility>

#include "generator/app/command_line.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/insertion.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

struct InsertArguments {
  InsertionRequest request{};
  bool json = false;
};

int report(const InsertionView& insertion, bool json) {
  if (json) print_line(STDOUT_FILENO, encode(insertion));
  if (insertion.status == InsertionStatus::kDone) {
    if (json) return 0;
    print_line(STDOUT_FILENO,
               escaped_for_terminal(insertion.region.value_or("")) + " is on the track " +
                   escaped_for_terminal(insertion.placed_track.value_or("")) + " from sample " +
                   std::to_string(insertion.sample.value_or(0)) + ", " +
                   std::to_string(insertion.length.value_or(0)) + " samples long");
    return 0;
  }
  const bool cancelled = insertion.status == InsertionStatus::kCancelled;
  return report_error({cancelled ? ErrorCode::kCancelled : ErrorCode::kConflict,
                       cancelled ? "the insertion was cancelled" : insertion.message.value_or("")},
                      false);
}

int run_insert(const InsertArguments& arguments) {
  if (Status fine = check(arguments.request); !fine) {
    return report_error(fine.error(), arguments.json);
  }
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), arguments.json);
  const auto insertion = place_through_service(*settings, arguments.request);
  if (!insertion) return report_error(insertion.error(), arguments.json);
  return report(*insertion, arguments.json);
}

}  // namespace

// The events are listened to before anything is asked for, so that none is missed.
Result<InsertionView> place_through_service(const Settings& settings, InsertionRequest request,
                                            int interrupt) {
  auto service = connect_or_start(settings, interrupt);
  if (!service) return std::move(service).error();
  if (!request.idempotency_key) request.idempotency_key = new_ulid();
  auto events = service->events("");
  if (!events) return std::move(events).error();
  auto insertion = service->insert(request);
  while (insertion && !insertion->ended_at) {
    const auto event = events->next();
    if (!event) return event.error();
    if (event->kind.starts_with("insertion_") || event->kind == "gap") {
      insertion = service->insertion(insertion->insertion_id);
    }
  }
  return insertion;
}

void add_insert_command(CommandLine& line) {
  const auto arguments = std::make_shared<InsertArguments>();
  CLI::App* command =
      line.app.add_subcommand("insert", "place a take on the timeline of an open Ardour session");
  command->add_option("take_id", arguments->request.take_id, "id of a take, or its last characters")
      ->required()
      ->option_text("TAKE_ID");
  command
      ->add_option("--track", arguments->request.track,
                   "selected (the default), new, or the name of a track")
      ->type_name("TRACK");
  command
      ->add_option("--at", arguments->request.at,
                   "playhead (the default), sample:N, or bar:N with bars from 1")
      ->type_name("PLACE");
  command
      ->add_option("--session", arguments->request.session,
                   "folder or name of the session; needed while several are open")
      ->type_name("SESSION");
  command->add_flag("--json", arguments->json, "print one JSON object instead of text");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_insert(*arguments); }; });
}

}  // namespace dgx::app
