// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/utf8.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

struct HistoryArguments {
  history::HistoryQuery query{};
  bool json = false;
};

// An empty machine has an empty history, not a mistake.
Result<history::HistoryPage> read_page(const HistoryArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return settings.error();
  auto store = read_history(*settings);
  if (!store) return std::move(store).error();
  if (*store) return (*store)->page(arguments.query);
  return history::HistoryPage{{}, 0, arguments.query.page, arguments.query.page_size};
}

std::string status_text(const Take& take) {
  return take.status == JobStatus::kCompleted ? length_text(take.duration_seconds)
                                              : std::string(to_string(take.status));
}

// "2026-11-21 10:00", from RFC 3339.
std::string short_date(const std::string& created_at) {
  if (created_at.size() < 16) return created_at;
  return created_at.substr(0, 10) + " " + created_at.substr(11, 5);
}

std::string row_text(const Terminal& terminal, const Take& take) {
  const std::string name = take.file_path.empty()
                               ? std::string("-")
                               : std::filesystem::path(take.file_path).stem().string();
  std::array<char, 160> facts{};
  std::snprintf(facts.data(), facts.size(), "  %-12s  %-10s  ", status_text(take).c_str(),
                escaped_for_terminal(take.model_name).c_str());
  const std::string star = take.favourite ? "★ " : "  ";
  const auto columns = static_cast<std::size_t>(terminal.columns);
  constexpr std::size_t kFixedColumns = 46;
  const std::size_t prompt_columns = columns > kFixedColumns + 20 ? columns - kFixedColumns : 20;
  return styled(terminal, Style::kAccent, star + take.id.substr(take.id.size() - 6)) + "  " +
         styled(terminal, Style::kDim, short_date(take.created_at)) + facts.data() +
         cut_to(escaped_for_terminal(take.prompt), prompt_columns) +
         (take.file_path.empty() ? ""
                                 : "\n" + std::string(10, ' ') +
                                       styled(terminal, Style::kDim, escaped_for_terminal(name)));
}

std::int64_t pages_of(const history::HistoryPage& page) {
  return (page.total + page.page_size - 1) / page.page_size;
}

std::string empty_page_text(const history::HistoryPage& page, const history::HistoryQuery& query) {
  if (page.total > 0) {
    return "There is no page " + std::to_string(page.page) + "; the last is page " +
           std::to_string(pages_of(page)) + ".";
  }
  if (!query.text.empty() || query.favourites_only) return "No take matches.";
  return "No takes yet: dgx-music generate \"warm lo-fi hip hop, 84 BPM\"";
}

void print_page(const history::HistoryPage& page, const history::HistoryQuery& query) {
  if (page.takes.empty()) {
    print_line(STDOUT_FILENO, empty_page_text(page, query));
    return;
  }
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  for (const Take& take : page.takes) print_line(STDOUT_FILENO, row_text(terminal, take));
  print_line(STDOUT_FILENO,
             styled(terminal, Style::kDim,
                    counted(page.total, "take") + ", page " + std::to_string(page.page) + " of " +
                        std::to_string(pages_of(page)) + "; dgx-music show ID tells more"));
}

int run_history(const HistoryArguments& arguments) {
  const auto page = read_page(arguments);
  if (!page) return report_error(page.error(), arguments.json);
  if (arguments.json) {
    print_line(STDOUT_FILENO, encode(*page));
  } else {
    print_page(*page, arguments.query);
  }
  return 0;
}

}  // namespace

void add_history_command(CommandLine& line) {
  auto arguments = std::make_shared<HistoryArguments>();
  CLI::App* command = line.app.add_subcommand("history", "list and search earlier takes");
  command->add_option("words", arguments->query.text, "words of the prompt to search for")
      ->option_text("WORDS");
  command->add_option("--page", arguments->query.page, "page to show, from 1")
      ->type_name("WHOLE")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
  command->add_option("--page-size", arguments->query.page_size, "takes on a page, 1 to 200")
      ->type_name("WHOLE")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{200}));
  command->add_flag("--favourites", arguments->query.favourites_only, "only favourite takes");
  command->add_flag("--json", arguments->json, "print one JSON object instead of text");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_history(*arguments); }; });
}

}  // namespace dgx::app
