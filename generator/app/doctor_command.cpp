// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/installation_checks.hpp"
#include "generator/app/machine_checks.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/app/terminal.hpp"
#include "generator/app/transfer.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/doctor_report.hpp"

namespace dgx::app {
namespace {

using protocol::DoctorReport;
using protocol::PartReport;
using protocol::PartState;

// The engine names a broken model, too; the store knows what to do about it.
void add_or_replace(DoctorReport& report, PartReport part) {
  const auto same = std::find_if(report.parts.begin(), report.parts.end(),
                                 [&](const PartReport& one) { return one.part == part.part; });
  if (same == report.parts.end()) {
    report.parts.push_back(std::move(part));
  } else {
    *same = std::move(part);
  }
}

void examine_installation(const Settings& settings, DoctorReport& report) {
  report.parts.push_back(check_data_folder(settings));
  report.parts.push_back(check_history(settings));
  report.parts.push_back(check_runtime_folder(settings));
  for (PartReport& part : check_engine(settings)) report.parts.push_back(std::move(part));
  for (PartReport& part : check_installed_models(settings)) add_or_replace(report, std::move(part));
}

DoctorReport examine() {
  DoctorReport report;
  const auto settings = read_settings();
  report.parts.push_back(check_configuration(settings));
  // A mistake in the file hides nothing else that may be wrong.
  const auto usable = settings ? settings : read_settings_of_environment();
  if (usable) examine_installation(*usable, report);
  report.parts.push_back(check_transfer(transfer_program()));
  report.parts.push_back(check_memory());
  report.parts.push_back(check_gpu());
  report.parts.push_back(check_ardour());
  for (PartReport& part : report.parts) {  // Paths and foreign messages may hold anything.
    part.found = escaped_for_terminal(part.found);
    part.remedy = escaped_for_terminal(part.remedy);
  }
  return report;
}

Style style_of(PartState state) {
  switch (state) {
    case PartState::kFine:
      return Style::kDim;
    case PartState::kLacking:
      return Style::kWarning;
    case PartState::kMissing:
      return Style::kError;
  }
  return Style::kPlain;
}

void print_part(const Terminal& terminal, const PartReport& part, std::size_t part_width) {
  constexpr std::size_t kStateWidth = 9;
  constexpr std::size_t kNarrowest = 20;
  const std::size_t indent = kStateWidth + part_width + 2;
  const auto columns = static_cast<std::size_t>(terminal.columns);
  // Only a terminal has an edge to break lines at; files and pipes keep each sentence whole.
  const std::size_t width = !terminal.interactive           ? part.found.size() + 1
                            : columns > indent + kNarrowest ? columns - indent
                                                            : kNarrowest;
  std::string start = styled(terminal, style_of(part.state),
                             padded(std::string(to_string(part.state)), kStateWidth)) +
                      padded(part.part, part_width + 2);
  for (const std::string& line : wrapped(part.found, width)) {
    print_line(STDOUT_FILENO, start + line);
    start = std::string(indent, ' ');
  }
  // A command stays on one line, to be copied.
  if (!part.remedy.empty()) {
    print_line(STDOUT_FILENO,
               std::string(indent, ' ') + styled(terminal, Style::kBold, part.remedy));
  }
}

void print_report(const DoctorReport& report) {
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  std::size_t part_width = 0;
  for (const PartReport& part : report.parts) part_width = std::max(part_width, part.part.size());
  for (const PartReport& part : report.parts) print_part(terminal, part, part_width);
  print_line(STDOUT_FILENO, "");
  print_line(STDOUT_FILENO,
             report.is_fine()
                 ? "Nothing that is needed is missing."
                 : "Something that is needed is missing; the command below it mends it.");
}

int run_doctor(bool json) {
  const DoctorReport report = examine();
  if (json) {
    print_line(STDOUT_FILENO, encode(report));
  } else {
    print_report(report);
  }
  return report.is_fine() ? 0 : 1;
}

}  // namespace

void add_doctor_command(CommandLine& line) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = line.app.add_subcommand(
      "doctor", "show what is installed, what is missing, and how to mend it");
  command->add_flag("--json", *json, "print one JSON object instead of text");
  command->callback([&line, json] { line.run = [json] { return run_doctor(*json); }; });
}

}  // namespace dgx::app
