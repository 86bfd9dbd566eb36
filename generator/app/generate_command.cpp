// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/insert_command.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/model_reports.hpp"
#include "generator/app/progress_line.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/stop_event.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"
#include "generator/protocol/parameter_table.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

/// What stands on the command line, field by field, as text.
struct GenerateArguments {
  std::map<std::string, std::string, std::less<>> fields{};
  InsertionRequest place{};  ///< Where in Ardour, of each take
  bool insert = false;
  bool json = false;
  bool no_embed = false;
};

std::string flag_of(const Parameter& parameter) {
  std::string flag = "--" + std::string(parameter.name);
  for (char& c : flag) c = c == '_' ? '-' : c;
  return flag;
}

std::string type_name_of(const Parameter& parameter) {
  switch (parameter.kind) {
    case ParameterKind::kNumber:
      return "NUMBER";
    case ParameterKind::kInteger:
      return "WHOLE";
    case ParameterKind::kFolder:
      return "FOLDER";
    case ParameterKind::kRecording:
      return "TAKE_OR_FILE";
    case ParameterKind::kChoice: {
      std::string choices;
      for (const auto choice : parameter.choices) {
        if (!choice.empty()) choices += (choices.empty() ? "" : "|") + std::string(choice);
      }
      return choices;
    }
    default:
      return "TEXT";
  }
}

std::string help_of(const Parameter& parameter) {
  std::string help(parameter.help);
  if (is_numeric(parameter.kind)) help += ": " + describe_range(parameter);
  if (!parameter.default_text.empty() && parameter.name != "prompt") {
    help += " (default: " + std::string(parameter.default_text) + ")";
  }
  return help;
}

void add_fields(CLI::App& command, GenerateArguments& arguments) {
  for (const Parameter& parameter : kParameters) {
    const std::string name(parameter.name);
    if (parameter.kind == ParameterKind::kSwitch) {
      command.add_flag_callback(
          flag_of(parameter), [&arguments, name] { arguments.fields[name] = "true"; },
          help_of(parameter));
      continue;
    }
    const std::string flag = name == "prompt" ? name : flag_of(parameter);
    const auto take = [&arguments, name](const std::string& text) {
      arguments.fields[name] = text;
    };
    CLI::Option* option = command.add_option_function<std::string>(flag, take, help_of(parameter));
    option->type_name(type_name_of(parameter));
    if (name == "prompt") option->option_text("PROMPT");
  }
}

// What names a recording is a file's path where it has a slash or there is such a file.
bool is_file(const Parameter& parameter, const std::string& text) {
  std::error_code error;
  return parameter.kind == ParameterKind::kRecording &&
         (text.find('/') != std::string::npos || std::filesystem::exists(text, error));
}

// A path on a command line is meant from where the person stands.
std::string absolute_path(const std::string& text) {
  std::error_code error;
  const auto path = std::filesystem::absolute(text, error);
  return error || text.empty() ? text : path.string();
}

Result<GenerationRequest> read_request(const GenerateArguments& arguments) {
  GenerationRequest request;
  for (const Parameter& parameter : kParameters) {
    const auto found = arguments.fields.find(parameter.name);
    const bool is_prompt = parameter.name == "prompt";
    if (found == arguments.fields.end() && !is_prompt) continue;
    std::string text = found != arguments.fields.end() ? found->second : "";
    if (parameter.kind == ParameterKind::kFolder || is_file(parameter, text)) {
      text = absolute_path(text);
    }
    const auto value = parse_field(parameter, text);
    if (!value) return value.error();
    if (Status set = set_field(request, parameter, *value); !set) return set.error();
  }
  if (Status valid = validate(request); !valid) return valid.error();
  return request;
}

// Said before anything is made.
Status check_place(InsertionRequest place) {
  place.take_id = "latest";
  return check(place);
}

Status print_takes(const std::vector<std::string>& receipts) {
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  for (const std::string& json : receipts) {
    const auto receipt = decode_receipt(json);
    if (!receipt) return receipt.error();
    for (const std::string& line : describe_take(terminal, *receipt)) {
      print_line(STDOUT_FILENO, line);
    }
  }
  return ok();
}

/// One `generate`, from its arguments to its exit code.
class Generation {
 public:
  explicit Generation(const GenerateArguments& arguments)
      : arguments_(arguments), line_(progress_terminal(arguments)) {}

  int run() {
    auto exit = work();
    line_.clear();
    return exit ? *exit : report_error(exit.error(), arguments_.json);
  }

 private:
  // Programs that read JSON want no prose beside it; a person at a terminal still sees progress.
  static Terminal progress_terminal(const GenerateArguments&) {
    return inspect_terminal(STDERR_FILENO);
  }

  Result<int> work() {
    auto request = read_request(arguments_);
    if (!request) return std::move(request).error();
    if (Status fine = check_place(arguments_.place); !fine) return std::move(fine).error();
    const auto settings = read_settings();
    if (!settings) return settings.error();
    if (!request->model) tell_what_is_passed_over(*settings);
    const auto followed = generate_through_service(
        *settings, *request, !arguments_.no_embed, [this](const JobStep& step) { show(step); },
        interrupts_.token());
    if (!followed) return followed.error();
    line_.clear();
    auto exit = report(followed->job, followed->receipts);
    if (!exit || *exit != 0 || !arguments_.insert) return exit;
    for (const std::string& receipt : followed->receipts) {
      const Status placed = place(*settings, receipt);
      if (!placed) return report_error(placed.error(), false);  // The one object is printed.
    }
    return 0;
  }

  Status place(const Settings& settings, const std::string& json) const {
    const auto receipt = decode_receipt(json);
    if (!receipt) return receipt.error();
    InsertionRequest request = arguments_.place;
    request.take_id = receipt->take_id;
    const StopEvent stop(interrupts_.token());
    const auto insertion = place_through_service(settings, request, stop.fd());
    const Status placed = insertion ? outcome_of(*insertion) : Status(insertion.error());
    if (placed) return ok();
    return Error{placed.error().code, "take " + receipt->take_id +
                                          " is made, but is not placed: " + placed.error().message};
  }

  // A model that was installed and is not used has to be told; a store that cannot be read is told
  // by the engine, where it matters.
  static void tell_what_is_passed_over(const Settings& settings) {
    const auto reports = report_models(settings);
    const std::string reasons = reports ? passed_over(*reports) : std::string();
    if (!reasons.empty()) print_line(STDERR_FILENO, reasons);
  }

  void show(const JobStep& step) {
    if (!arguments_.json || inspect_terminal(STDERR_FILENO).interactive) line_.show(step);
  }

  Result<int> report(const Job& job, const std::vector<std::string>& receipts) const {
    if (arguments_.json) {
      print_line(STDOUT_FILENO, encode_job_result(job, receipts));
    } else if (Status printed = print_takes(receipts); !printed) {
      return printed.error();
    }
    if (job.status == JobStatus::kCompleted) return 0;
    const Error error = job.error.value_or(Error{ErrorCode::kCancelled, "cancelled", {}});
    return report_error(error, false);
  }

  const GenerateArguments& arguments_;
  Interrupts interrupts_{};
  ProgressLine line_;
};

}  // namespace

void add_generate_command(CommandLine& line) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App* command = line.app.add_subcommand("generate", "make takes from a prompt");
  add_fields(*command, *arguments);
  command->add_flag("--json", arguments->json, "print one JSON object instead of text");
  command->add_flag("--no-embed", arguments->no_embed,
                    "keep the receipt, and with it the prompt, out of the WAV");
  CLI::Option* insert = command->add_flag("--insert", arguments->insert,
                                          "then place the takes on the timeline of Ardour");
  for (CLI::Option* option : add_place_options(*command, arguments->place)) option->needs(insert);
  command->callback(
      [&line, arguments] { line.run = [arguments] { return Generation(*arguments).run(); }; });
}

}  // namespace dgx::app
