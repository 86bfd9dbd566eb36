// SPDX-License-Identifier: Apache-2.0
// dgx-music models list, info, verify, remove: what is there. install_commands.cpp adds the rest.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/install_commands.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/model_reports.hpp"
#include "generator/app/question.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/app/transfer_line.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/store/byte_text.hpp"
#include "generator/model/store/model_care.hpp"

namespace dgx::app {
namespace {

using protocol::ModelReport;

struct ModelArguments {
  std::string id{};
  bool json = false;
  bool yes = false;
};

std::string byte_words(std::int64_t bytes) {
  return model::byte_text(static_cast<std::uint64_t>(bytes));
}

std::string row_text(const Terminal& terminal, const ModelReport& report, bool is_default) {
  std::array<char, 96> head{};
  std::snprintf(head.data(), head.size(), "%s %-28s %-10s", is_default ? "*" : " ",
                report.id.c_str(), report.state.c_str());
  std::array<char, 32> memory{};
  std::snprintf(memory.data(), memory.size(), "%9s memory",
                byte_words(report.memory_needed_bytes).c_str());
  const bool usable = report.state == "installed" || report.state == "built-in";
  const std::string detail = report.problem.empty() ? report.description : report.problem;
  return styled(terminal, usable ? Style::kBold : Style::kDim, head.data()) +
         (report.memory_needed_bytes > 0 ? memory.data() : "") + "  " +
         escaped_for_terminal(detail);
}

int run_list(bool json) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), json);
  const auto reports = report_models(*settings);
  if (!reports) return report_error(reports.error(), json);
  const std::string chosen = default_model(*reports);
  if (json) {
    print_line(STDOUT_FILENO, protocol::encode(*reports, chosen));
    return 0;
  }
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  for (const ModelReport& report : *reports) {
    print_line(STDOUT_FILENO, row_text(terminal, report, report.id == chosen));
  }
  print_line(STDOUT_FILENO,
             styled(terminal, Style::kDim,
                    "* is the best that is here; dgx-music models info ID tells more"));
  return 0;
}

std::string real_time_text(const ModelReport& report) {
  if (!report.real_time) return "not measured";
  const protocol::RealTimeReport& real_time = *report.real_time;
  const std::string rule = " (each of 50 steps a second reads " +
                           byte_words(real_time.bytes_per_step) + "; this machine reads " +
                           byte_words(real_time.read_bytes_per_second) + " a second)";
  if (real_time.possible)
    return "perhaps: at best " + one_decimal(real_time.least_seconds_per_second) +
           " s a second of music, plus the computing" + rule;
  return "no: at least " + one_decimal(real_time.least_seconds_per_second) +
         " s a second of music" + rule;
}

void print_fact(const Terminal& terminal, const std::string& name, const std::string& value) {
  if (value.empty()) return;
  std::array<char, 32> head{};
  std::snprintf(head.data(), head.size(), "  %-12s ", name.c_str());
  print_line(STDOUT_FILENO,
             styled(terminal, Style::kDim, head.data()) + escaped_for_terminal(value));
}

void print_info(const Terminal& terminal, const ModelReport& report) {
  print_line(STDOUT_FILENO, styled(terminal, Style::kBold, report.id) + "  " +
                                escaped_for_terminal(report.description));
  print_fact(terminal, "state", report.state);
  print_fact(terminal, "problem", report.problem);
  if (report.parameters > 0) {
    print_fact(terminal, "parameters", std::to_string(report.parameters / 1'000'000) + " million");
  }
  print_fact(terminal, "audio", report.channels == 2 ? "stereo" : "mono");
  print_fact(terminal, "licence", report.licence);
  print_fact(terminal, "", report.notice);
  print_fact(terminal, "accepted", report.licence_accepted_at);
  if (report.disk_bytes) print_fact(terminal, "on disk", byte_words(*report.disk_bytes));
  if (report.memory_needed_bytes > 0) {
    print_fact(terminal, "memory",
               byte_words(report.memory_needed_bytes) + " needed, " +
                   byte_words(report.memory_available_bytes) + " free");
  }
  if (report.parameters > 0) print_fact(terminal, "real time", real_time_text(report));
  print_fact(terminal, "folder", report.folder);
  print_fact(terminal, "source", report.source);
  print_fact(terminal, "revision", report.revision);
  print_fact(terminal, "sha256", report.sha256);
  print_fact(terminal, "installed", report.installed_at);
}

int run_info(const ModelArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), arguments.json);
  const auto report = report_model(*settings, arguments.id);
  if (!report) return report_error(report.error(), arguments.json);
  if (arguments.json) {
    print_line(STDOUT_FILENO, protocol::encode(*report));
  } else {
    print_info(inspect_terminal(STDOUT_FILENO), *report);
  }
  return 0;
}

int run_verify(const ModelArguments& arguments) {
  const Interrupts interrupts;
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  const auto id = model::ModelId::parse(arguments.id);
  if (!id) return report_error(id.error(), false);
  TransferLine line(inspect_terminal(STDERR_FILENO));
  const Status verified = model::verify_model(
      settings->places.data, *id, [&line](const auto& progress) { line.show(progress); },
      interrupts.token());
  line.clear();
  if (!verified) return report_error(verified.error(), false);
  print_line(STDOUT_FILENO, id->text() + " is as it was installed");
  return 0;
}

int run_remove(const ModelArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  const auto id = model::ModelId::parse(arguments.id);
  if (!id) return report_error(id.error(), false);
  if (!arguments.yes) {
    const Status agreed =
        ask("Remove " + id->text() + " from this machine? Takes made with it stay.", "--yes");
    if (!agreed) return report_error(agreed.error(), false);
  }
  if (Status removed = model::remove_model(settings->places.data, *id); !removed) {
    return report_error(removed.error(), false);
  }
  print_line(STDOUT_FILENO, id->text() + " was removed");
  return 0;
}

CLI::App* add_model_command(CLI::App& models, const std::string& name,
                            const std::string& description, ModelArguments& arguments) {
  CLI::App* command = models.add_subcommand(name, description);
  command->add_option("id", arguments.id, "the model, as `models list` names it")
      ->option_text("ID")
      ->required();
  return command;
}

}  // namespace

void add_models_command(CommandLine& line) {
  CLI::App* models = line.app.add_subcommand("models", "install, check and remove models");
  models->require_subcommand(1);
  auto arguments = std::make_shared<ModelArguments>();

  CLI::App* list = models->add_subcommand("list", "the models that are here or can be fetched");
  list->add_flag("--json", arguments->json, "print one JSON object instead of text");
  list->callback(
      [&line, arguments] { line.run = [arguments] { return run_list(arguments->json); }; });

  add_install_commands(line, *models);

  CLI::App* info = add_model_command(
      *models, "info", "size, licence, memory, and whether it keeps up with playback here",
      *arguments);
  info->add_flag("--json", arguments->json, "print one JSON object instead of text");
  info->callback([&line, arguments] { line.run = [arguments] { return run_info(*arguments); }; });

  CLI::App* verify = add_model_command(
      *models, "verify", "compare an installed model with what was installed", *arguments);
  verify->callback(
      [&line, arguments] { line.run = [arguments] { return run_verify(*arguments); }; });

  CLI::App* remove =
      add_model_command(*models, "remove", "remove a model from this machine", *arguments);
  remove->add_flag("--yes", arguments->yes, "do not ask");
  remove->callback(
      [&line, arguments] { line.run = [arguments] { return run_remove(*arguments); }; });
}

}  // namespace dgx::app
