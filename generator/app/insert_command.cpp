// SPDX-License-Identifier: Apache-2.0
#include "generator/app/insert_command.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "generator/app/command_line.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utf8.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/insertion.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

struct InsertArguments {
  InsertionRequest request{};
  bool json = false;
};

// No id ends so: ids have no l.
constexpr const char* kLatest = "latest";

int report(const InsertionView& insertion, bool json) {
  if (json) print_line(STDOUT_FILENO, encode(insertion));
  if (Status placed = outcome_of(insertion); !placed) return report_error(placed.error(), false);
  if (json) return 0;
  const bool parts = insertion.track == kPartsOnTracks;
  print_line(STDOUT_FILENO, escaped_for_terminal(insertion.region.value_or("")) +
                                (parts ? " are on the tracks " : " is on the track ") +
                                escaped_for_terminal(insertion.placed_track.value_or("")) +
                                " from sample " + std::to_string(insertion.sample.value_or(0)) +
                                ", " + std::to_string(insertion.length.value_or(0)) +
                                " samples long");
  return 0;
}

Result<std::string> latest_take(const Settings& settings) {
  const Error none{ErrorCode::kNotFound, "there is no take yet"};
  auto store = read_history(settings);
  if (!store) return std::move(store).error();
  if (!*store) return none;
  history::HistoryQuery newest;
  newest.completed_only = true;
  newest.page_size = 1;
  const auto page = (*store)->page(newest);
  if (!page) return page.error();
  if (page->takes.empty()) return none;
  return page->takes.front().id;
}

Result<InsertionView> insert(InsertionRequest request) {
  if (Status fine = check(request); !fine) return std::move(fine).error();
  const auto settings = read_settings();
  if (!settings) return settings.error();
  if (request.take_id == kLatest) {
    auto latest = latest_take(*settings);
    if (!latest) return std::move(latest).error();
    request.take_id = *std::move(latest);
  }
  return place_through_service(*settings, request);
}

int run_insert(const InsertArguments& arguments) {
  const auto insertion = insert(arguments.request);
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

Status outcome_of(const InsertionView& insertion) {
  if (insertion.status == InsertionStatus::kDone) return ok();
  if (insertion.status == InsertionStatus::kCancelled) {
    return Error{ErrorCode::kCancelled, "the insertion was cancelled"};
  }
  return Error{ErrorCode::kConflict, insertion.message.value_or("")};
}

std::vector<CLI::Option*> add_place_options(CLI::App& command, InsertionRequest& request) {
  return {command
              .add_option(
                  "--track", request.track,
                  "selected (the default), new, parts (each on a new one), or the name of a track")
              ->type_name("TRACK"),
          command
              .add_option("--at", request.at,
                          "playhead (the default), sample:N, or bar:N with bars from 1")
              ->type_name("PLACE"),
          command
              .add_option("--session", request.session,
                          "folder or name of the session; needed while several are open")
              ->type_name("SESSION")};
}

void add_insert_command(CommandLine& line) {
  const auto arguments = std::make_shared<InsertArguments>();
  CLI::App* command =
      line.app.add_subcommand("insert", "place a take on the timeline of an open Ardour session");
  command
      ->add_option("take_id", arguments->request.take_id,
                   "id of a take, or its last characters, or latest")
      ->required()
      ->option_text("TAKE_ID");
  add_place_options(*command, arguments->request);
  command->add_flag("--json", arguments->json, "print one JSON object instead of text");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_insert(*arguments); }; });
}

}  // namespace dgx::app
