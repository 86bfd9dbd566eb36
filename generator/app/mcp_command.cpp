// SPDX-License-Identifier: Apache-2.0
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "generator/app/command_line.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/report.hpp"
#include "generator/app/service_link.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/history/history_store.hpp"
#include "generator/mcp/line_reader.hpp"
#include "generator/mcp/mcp_server.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

// An assistant needs no more of a queue; the whole is for people.
constexpr std::size_t kMostJobsShown = 50;

// Ardour has ten seconds to take an order up, and then copies the file into the session.
constexpr time_t kPlacingSeconds = 30;

// Readable when the time is over.
UniqueFd timer_of(time_t seconds) {
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const itimerspec once{{0, 0}, {seconds, 0}};
  ::timerfd_settime(timer.get(), 0, &once, nullptr);
  return timer;
}

// Why a take was not placed, for one who cannot name a session.
Error not_placed(const Error& error) {
  if (error.code == ErrorCode::kCancelled) {
    return {ErrorCode::kUnavailable, "Ardour was not done with it after " +
                                         std::to_string(kPlacingSeconds) +
                                         " s, and may place the take yet; look at its timeline"};
  }
  if (error.field != "session") return error;
  return {ErrorCode::kConflict,
          "several Ardour sessions are open: the person has to close all but one, or to say which "
          "one to 'dgx-music insert --session'"};
}

template <typename Message>
Result<std::string> encoded(const Result<Message>& message) {
  if (!message) return message.error();
  return encode(*message);
}

/// The tools by the service, which is started where none runs. Each call connects anew, so that a
/// service that left or was restarted meanwhile makes no difference.
class ServiceTools final : public mcp::ToolHost {
 public:
  explicit ServiceTools(const Settings& settings) : settings_(settings) {}

  Result<std::string> generate(const GenerationRequest& request) override {
    return with_service(
        [&](client::GeneratorClient& service) { return encoded(service.generate(request)); });
  }
  Result<std::string> job(const std::string& job_id) override {
    return with_service(
        [&](client::GeneratorClient& service) { return encoded(service.job(job_id)); });
  }
  Result<std::string> queue() override {
    return with_service([&](client::GeneratorClient& service) {
      auto page = service.queue();
      if (page && page->jobs.size() > kMostJobsShown) page->jobs.resize(kMostJobsShown);
      return encoded(page);
    });
  }
  Result<std::string> cancel(const std::string& job_id) override {
    return with_service(
        [&](client::GeneratorClient& service) { return encoded(service.cancel(job_id)); });
  }
  Result<std::int64_t> jobs_waiting() override {
    auto service = connect_or_start(settings_);
    if (!service) return service.error();
    const auto page = service->queue();
    if (!page) return page.error();
    return page->total;
  }
  Result<std::string> place(const InsertionRequest& request) override {
    const UniqueFd time = timer_of(kPlacingSeconds);
    const auto insertion = place_through_service(settings_, request, time.get());
    if (!insertion) return not_placed(insertion.error());
    if (insertion->status == InsertionStatus::kDone) return encode(*insertion);
    return Error{ErrorCode::kConflict, insertion->message.value_or("the insertion was cancelled")};
  }
  // Looking back needs no service, and so starts none.
  Result<std::string> history(const McpHistoryArguments& arguments) override {
    auto store = read_history(settings_);
    if (!store) return std::move(store).error();
    if (!*store) return encode(HistoryPage{{}, 0, arguments.page, arguments.page_size});
    history::HistoryQuery query;
    query.text = arguments.query;
    query.favourites_only = arguments.favourites_only;
    query.page = arguments.page;
    query.page_size = arguments.page_size;
    const auto page = (*store)->page(query);
    if (!page) return page.error();
    return encode(*page);
  }

 private:
  template <typename Call>
  Result<std::string> with_service(const Call& call) {
    auto service = connect_or_start(settings_);
    if (!service) return service.error();
    return call(*service);
  }

  const Settings& settings_;
};

// Standard output holds the protocol and nothing else.
Status write_line(std::string text) {
  text += '\n';
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error{ErrorCode::kIo, std::string("cannot answer: ") + std::strerror(errno)};
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return ok();
}

Status serve_lines(mcp::McpServer& server) {
  mcp::LineReader reader(STDIN_FILENO, mcp::McpLimits{}.line_bytes);
  for (;;) {
    const auto line = reader.next();
    if (!line) return line.error();
    if (!line->has_value()) return ok();  // The client left.
    const auto answer =
        (*line)->too_long ? server.refuse_long_line() : server.answer((*line)->text);
    if (!answer) continue;
    if (Status written = write_line(*answer); !written) return written;
  }
}

int run_mcp() {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  ServiceTools tools(*settings);
  mcp::McpServer server(tools);
  const Status served = serve_lines(server);
  return served ? 0 : report_error(served.error(), false);
}

}  // namespace

void add_mcp_command(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand(
      "mcp", "be a Model Context Protocol server on standard input and output, for assistants");
  command->callback([&line] { line.run = run_mcp; });
}

}  // namespace dgx::app
