// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "generator/app/batch_file.hpp"
#include "generator/app/batch_table.hpp"
#include "generator/app/command_line.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/stop_event.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/batch_result.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

constexpr int kInterrupted = 130;
// So often a line that failed or was cancelled can be asked for again by the same file.
constexpr int kMostRounds = 1000;

struct BatchArguments {
  std::string file{};
  bool again = false;
  bool json = false;
};

std::string source_of(const std::string& file) {
  if (file == "-") return file;
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error);
  return error ? file : path.lexically_normal().string();
}

bool has_failed(JobStatus status) {
  return status == JobStatus::kFailed || status == JobStatus::kCancelled;
}

/// One run of `batch`, from the file to the exit code.
class Batch {
 public:
  Batch(const BatchArguments& arguments, const Settings& settings)
      : arguments_(arguments), settings_(settings) {}

  int run() {
    const Status done = work();
    table_.clear();
    const int exit = done ? exit_code_of_all() : report_error(done.error(), arguments_.json);
    return stopped() ? kInterrupted : exit;
  }

 private:
  [[nodiscard]] bool stopped() const { return interrupts_.token().stop_requested(); }

  Status work() {
    if (Status read = read_lines(); !read) return read;
    if (Status sent = submit_all(); !sent) return sent;
    Status followed = follow();
    if (!stopped()) return followed;
    return cancel_rest();
  }

  Status read_lines() {
    const auto text = read_batch_file(arguments_.file);
    if (!text) return text.error();
    auto lines = read_batch_lines(*text, source_of(arguments_.file));
    if (!lines) return lines.error();
    lines_ = *std::move(lines);
    for (const BatchLine& line : lines_) {
      BatchEntry entry;
      entry.number = line.number;
      if (line.request) {
        entry.prompt = line.request->prompt;
      } else {
        entry.error = line.request.error();
        tell(entry);
      }
      entries_.push_back(std::move(entry));
    }
    return ok();
  }

  Status submit_all() {
    if (!any_open()) return ok();
    auto service = connect_or_start(settings_, stop_event_.fd());
    if (!service) return stopped() ? ok() : Status(std::move(service).error());
    for (std::size_t i = 0; i < lines_.size() && !stopped(); ++i) {
      if (!lines_[i].request) continue;
      submit(*service, lines_[i], entries_[i]);
      table_.show(entries_);
    }
    return ok();
  }

  // What failed or was cancelled is missing, and asked for once more under the next key.
  void submit(client::GeneratorClient& service, const BatchLine& line, BatchEntry& entry) {
    GenerationRequest request = *line.request;
    if (arguments_.again && !line.has_own_key) request.idempotency_key.reset();
    for (int round = 1; round <= kMostRounds; ++round) {
      if (round > 1)
        request.idempotency_key = *line.request->idempotency_key + "-" + std::to_string(round);
      const auto accepted = service.generate(request);
      if (!accepted) return refuse(entry, accepted.error());
      entry.job_id = accepted->job_id;
      entry.status = accepted->status;
      if (!has_failed(entry.status) || line.has_own_key) break;
    }
    if (!entry.is_open()) refresh(service, entry);
  }

  void refuse(BatchEntry& entry, const Error& error) {
    entry.error = error;
    tell(entry);
  }

  /// Reads events until no line is open, or somebody stops the program.
  Status follow() {
    if (!any_open()) return ok();
    return follow_service(settings_, stop_event_.fd(), [this] { return follow_stream(); });
  }

  // The stream is opened first, so that nothing happens between the look and the listening.
  Status follow_stream() {
    auto options = service_address(settings_);
    client::GeneratorClient service(options);
    options.interrupt = stop_event_.fd();
    auto events = client::GeneratorClient(options).events("");
    if (!events) return std::move(events).error();
    refresh_open(service);
    while (any_open()) {
      table_.show(entries_);
      const auto event = events->next();
      if (!event) return event.error();
      if (Status taken = take(service, *event); !taken) return taken;
    }
    return ok();
  }

  Status take(client::GeneratorClient& service, const client::Event& event) {
    // What happened meanwhile is not told again; why jobs wait stands with each of them.
    if (event.kind == "gap" || event.kind == "waits") {
      refresh_open(service);
      return ok();
    }
    if (event.kind == "progress") {
      const auto progress = decode<ProgressEvent>(event.data);
      if (!progress) return progress.error();
      for (BatchEntry& entry : entries_) {
        if (entry.job_id != progress->job_id || !entry.is_open()) continue;
        entry.status = JobStatus::kProcessing;
        entry.fraction = progress->fraction;
        entry.progress = progress->progress;
      }
      return ok();
    }
    const auto message = decode<EventMessage>(event.data);
    if (!message) return message.error();
    for (BatchEntry& entry : entries_) {
      if (entry.job_id == message->job_id && entry.is_open()) refresh(service, entry);
    }
    return ok();
  }

  void refresh_open(client::GeneratorClient& service) {
    for (BatchEntry& entry : entries_) {
      if (entry.is_open()) refresh(service, entry);
    }
  }

  // What cannot be asked for now is asked for at the next event or the next stream.
  void refresh(client::GeneratorClient& service, BatchEntry& entry) {
    auto view = service.job(entry.job_id);
    if (!view) return;
    entry.status = view->status;
    entry.waits = view->waits;
    if (view->status == JobStatus::kPending || view->status == JobStatus::kProcessing) return;
    if (view->status != JobStatus::kCompleted) {
      entry.error = view->error.value_or(Error{ErrorCode::kCancelled, "cancelled", {}});
    }
    for (const JobTake& take : view->takes) {
      if (take.status != JobStatus::kCompleted) continue;
      if (auto whole = service.take(take.take_id)) {
        entry.receipts.push_back(std::move(whole->receipt_json));
      }
    }
    tell(entry);
  }

  Status cancel_rest() {
    table_.clear();
    print_line(STDERR_FILENO, "cancelling what is not done; Ctrl-C again leaves it to the service");
    auto service = connect_or_start(settings_);
    if (!service) return std::move(service).error();
    // From the end, so that no other one begins meanwhile.
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (!entry->is_open() || entry->job_id.empty()) continue;
      const auto cancelled = service->cancel(entry->job_id);
      // One that came to its end first is told as what it is.
      if (!cancelled && cancelled.error().code != ErrorCode::kConflict) return cancelled.error();
      if (Status ended = wait_for_end(settings_, entry->job_id); !ended) return ended;
      refresh(*service, *entry);
    }
    return ok();
  }

  /// Says what became of a line, once.
  void tell(const BatchEntry& entry) {
    table_.clear();
    if (arguments_.json) {
      print_line(STDOUT_FILENO, encode(BatchLineResult{entry.number, entry.job_id, entry.status,
                                                       entry.error, entry.receipts}));
    }
    const std::string line = "line " + std::to_string(entry.number) + ": ";
    if (entry.error) {
      print_line(STDERR_FILENO, "dgx-music: " + line + escaped_for_terminal(entry.error->message));
    }
    if (arguments_.json) return;
    for (const std::string& json : entry.receipts) {
      const auto receipt = decode_receipt(json);
      const std::string file = receipt ? receipt->file_path : receipt.error().message;
      print_line(STDOUT_FILENO, line + escaped_for_terminal(file));
    }
  }

  [[nodiscard]] bool any_open() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const BatchEntry& entry) { return entry.is_open(); });
  }

  // 1 where any work failed, 2 where lines were only refused.
  [[nodiscard]] int exit_code_of_all() const {
    int exit = 0;
    for (const BatchEntry& entry : entries_) {
      if (!entry.error) continue;
      const bool refused = protocol::exit_code(entry.error->code) == 2;
      exit = refused && exit != 1 ? 2 : 1;
    }
    return exit;
  }

  const BatchArguments& arguments_;
  const Settings& settings_;
  Interrupts interrupts_{};
  StopEvent stop_event_{interrupts_.token()};
  LiveTable table_{inspect_terminal(STDERR_FILENO)};
  std::vector<BatchLine> lines_{};
  std::vector<BatchEntry> entries_{};
};

int run_batch(const BatchArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), arguments.json);
  return Batch(arguments, *settings).run();
}

}  // namespace

void add_batch_command(CommandLine& line) {
  auto arguments = std::make_shared<BatchArguments>();
  CLI::App* command =
      line.app.add_subcommand("batch", "make the takes of a file, one request a line");
  command
      ->add_option("file", arguments->file,
                   "prompts, one a line, or requests as JSON Lines; -: standard input")
      ->required()
      ->type_name("FILE")
      ->option_text("FILE");
  command->add_flag("--again", arguments->again, "also make what this file has made before");
  command->add_flag("--json", arguments->json, "print one JSON object a line of the file");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_batch(*arguments); }; });
}

}  // namespace dgx::app
