// SPDX-License-Identifier: Apache-2.0
// What is asked of the service about jobs and takes: status, queue, cancel, favourite, rename,
// trash.
#include <unistd.h>

#include <cmath>
#include <functional>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/progress_line.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::app {
namespace {

using namespace protocol;
using client::GeneratorClient;

struct QueueArguments {
  std::string id{};
  std::string name{};
  bool off = false;
  bool undo = false;
  bool json = false;
};

std::string state_text(const JobView& job) {
  std::string text(to_string(job.status));
  if (job.fraction && job.progress) {
    text = phase_text(job.progress->phase) + " " +
           std::to_string(std::lround(*job.fraction * 100)) + " %";
  }
  if (job.waits) text += ", " + *job.waits;
  return text;
}

void print_job(const Terminal& terminal, const JobView& job) {
  constexpr std::size_t kPromptColumns = 40;
  std::string line = styled(terminal, Style::kAccent, job.job_id) + "  " +
                     escaped_for_terminal(state_text(job)) + "  ";
  if (job.priority != "normal") line += job.priority + "  ";
  print_line(STDOUT_FILENO,
             line + cut_to(escaped_for_terminal(job.request.prompt), kPromptColumns));
  if (job.error) print_line(STDOUT_FILENO, "  " + escaped_for_terminal(job.error->message));
}

using Question = std::function<Result<int>(GeneratorClient&, const QueueArguments&)>;

int ask_service(const QueueArguments& arguments, const Question& question) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), arguments.json);
  auto service = connect_or_start(*settings);
  if (!service) return report_error(service.error(), arguments.json);
  const auto exit = question(*service, arguments);
  return exit ? *exit : report_error(exit.error(), arguments.json);
}

Result<int> show_queue(GeneratorClient& service, const QueueArguments& arguments) {
  const auto queue = service.queue();
  if (!queue) return queue.error();
  if (arguments.json) {
    print_line(STDOUT_FILENO, encode(*queue));
    return 0;
  }
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  for (const JobView& job : queue->jobs) print_job(terminal, job);
  if (queue->jobs.empty()) print_line(STDOUT_FILENO, "The queue is empty.");
  return 0;
}

Result<int> show_job(const Result<JobView>& job, bool json) {
  if (!job) return job.error();
  if (json) {
    print_line(STDOUT_FILENO, encode(*job));
  } else {
    print_job(inspect_terminal(STDOUT_FILENO), *job);
  }
  return 0;
}

Result<int> show_status(GeneratorClient& service, const QueueArguments& arguments) {
  if (!arguments.id.empty()) return show_job(service.job(arguments.id), arguments.json);
  const auto health = service.health();
  if (!health) return health.error();
  if (arguments.json) {
    print_line(STDOUT_FILENO, encode(*health));
    return 0;
  }
  print_line(STDOUT_FILENO, "dgx-music " + health->version + ", process " +
                                std::to_string(health->pid) + ": " + health->status);
  print_line(STDOUT_FILENO, std::to_string(health->queue.pending) + " waiting, " +
                                std::to_string(health->queue.processing) + " being rendered; " +
                                "engine " + health->engine.status);
  if (health->gpu.status == "held") {
    print_line(STDOUT_FILENO, "GPU " + escaped_for_terminal(health->gpu.message.value_or("")));
  }
  for (const PartHealth* part : {&health->database, &health->engine}) {
    if (part->message) print_line(STDOUT_FILENO, escaped_for_terminal(*part->message));
  }
  return 0;
}

Result<int> show_take(const Result<Take>& take, const std::string& what, bool json) {
  if (!take) return take.error();
  print_line(STDOUT_FILENO, json ? encode(*take) : take->id + " " + escaped_for_terminal(what));
  return 0;
}

CLI::App* add_command(CommandLine& line, const char* name, const char* help,
                      const std::shared_ptr<QueueArguments>& arguments, const Question& question) {
  CLI::App* command = line.app.add_subcommand(name, help);
  command->add_flag("--json", arguments->json, "print one JSON object instead of text");
  command->callback([&line, arguments, question] {
    line.run = [arguments, question] { return ask_service(*arguments, question); };
  });
  return command;
}

void add_take_id(CLI::App& command, QueueArguments& arguments) {
  command.add_option("take_id", arguments.id, "id of a take, or its last characters")
      ->required()
      ->option_text("TAKE_ID");
}

}  // namespace

void add_queue_commands(CommandLine& line) {
  const auto arguments = std::make_shared<QueueArguments>();
  add_command(line, "status", "tell how the service or one job is", arguments, show_status)
      ->add_option("job_id", arguments->id, "id of a job")
      ->option_text("JOB_ID");
  add_command(line, "queue", "list the jobs that have not ended", arguments, show_queue);
  add_command(line, "cancel", "cancel a job", arguments,
              [](GeneratorClient& service, const QueueArguments& asked) {
                return show_job(service.cancel(asked.id), asked.json);
              })
      ->add_option("job_id", arguments->id, "id of a job")
      ->required()
      ->option_text("JOB_ID");
  CLI::App* favourite =
      add_command(line, "favourite", "make a take a favourite", arguments,
                  [](GeneratorClient& service, const QueueArguments& asked) {
                    return show_take(service.change_take(asked.id, {.favourite = !asked.off}),
                                     asked.off ? "is no favourite" : "is a favourite", asked.json);
                  });
  add_take_id(*favourite, *arguments);
  favourite->add_flag("--off", arguments->off, "take that back");
  CLI::App* rename =
      add_command(line, "rename", "name a take", arguments,
                  [](GeneratorClient& service, const QueueArguments& asked) {
                    return show_take(service.change_take(asked.id, {.name = asked.name}),
                                     asked.name.empty() ? "has no name" : "is called " + asked.name,
                                     asked.json);
                  });
  add_take_id(*rename, *arguments);
  rename->add_option("name", arguments->name, "up to 100 characters; \"\" takes the name away")
      ->required()
      ->option_text("NAME");
  CLI::App* trash = add_command(
      line, "trash", "move a take to the trash, or back", arguments,
      [](GeneratorClient& service, const QueueArguments& asked) {
        return asked.undo ? show_take(service.restore_take(asked.id), "is restored", asked.json)
                          : show_take(service.trash_take(asked.id), "is in the trash", asked.json);
      });
  add_take_id(*trash, *arguments);
  trash->add_flag("--undo", arguments->undo, "take it out of the trash");
}

}  // namespace dgx::app
