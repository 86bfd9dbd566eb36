// SPDX-License-Identifier: Apache-2.0
#include "generator/app/service_link.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "generator/app/service_host.hpp"
#include "generator/base/socket_io.hpp"
#include "generator/base/stop_event.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/client/service_starter.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::app {
namespace {

using namespace std::chrono_literals;
using namespace protocol;

// A service that is restarted is back within seconds.
constexpr int kReconnections = 60;
constexpr auto kReconnectPause = 500ms;
constexpr const char* kIdleSeconds = "600";

bool ends_job(const std::string& kind) {
  return kind == "completed" || kind == "failed" || kind == "cancelled";
}

/// Reads the events of one job until it ends, and once more from the last one where the stream
/// broke off.
class Follower {
 public:
  using ProgressSink = std::function<void(double fraction, const Progress&)>;

  Follower(client::ClientOptions options, std::string job_id, const ProgressSink& progress)
      : options_(std::move(options)), job_id_(std::move(job_id)), progress_(progress) {}

  Status follow() {
    for (int broken = 0;; ++broken) {
      Status done = follow_stream();
      if (done || done.error().code != ErrorCode::kUnavailable || broken == kReconnections) {
        return done;
      }
      const auto pause = std::chrono::steady_clock::now() + kReconnectPause;
      const auto woken = wait_readable(options_.interrupt, -1, pause);
      if (woken && *woken == Readiness::kReadable) return Error{ErrorCode::kCancelled, "cancelled"};
    }
  }

 private:
  Status follow_stream() {
    auto events = client::GeneratorClient(options_).events(job_id_, last_id_);
    if (!events) return std::move(events).error();
    for (;;) {
      const auto event = events->next();
      if (!event) return event.error();
      if (event->id) last_id_ = event->id;
      if (ends_job(event->kind)) return ok();
      if (event->kind != "progress") continue;
      const auto progress = decode<ProgressEvent>(event->data);
      if (!progress) return progress.error();
      progress_(progress->fraction, progress->progress);
    }
  }

  client::ClientOptions options_;
  std::string job_id_;
  const ProgressSink& progress_;
  std::optional<std::int64_t> last_id_{};
};

Result<FollowedJob> outcome_of(client::GeneratorClient& service, const std::string& job_id) {
  const auto view = service.job(job_id);
  if (!view) return view.error();
  FollowedJob followed;
  followed.job.id = view->job_id;
  followed.job.status = view->status;
  followed.job.error = view->error;
  for (const JobTake& take : view->takes) {
    if (take.status != JobStatus::kCompleted) continue;
    auto whole = service.take(take.take_id);
    if (!whole) return std::move(whole).error();
    followed.receipts.push_back(std::move(whole->receipt_json));
  }
  return followed;
}

Error other_settings(const Health& health) {
  return {ErrorCode::kConflict, "the service that runs (process " + std::to_string(health.pid) +
                                    ") was started with other settings: end it with 'kill " +
                                    std::to_string(health.pid) + "', or use its settings"};
}

std::filesystem::path this_program() {
  std::error_code error;
  auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path("dgx-music") : path;
}

}  // namespace

client::ClientOptions service_address(const Settings& settings) {
  client::ClientOptions options;
  options.socket = protocol::socket_path(settings.places);
  return options;
}

Result<bool> service_runs(const Settings& settings) {
  const auto health = client::find_service(service_address(settings));
  if (!health) return health.error();
  if (!*health) return false;
  if ((*health)->settings != settings_hash(settings)) return other_settings(**health);
  return true;
}

Result<client::GeneratorClient> connect_or_start(const Settings& settings) {
  const client::ServiceCommand command{
      this_program(), {"serve", "--idle-exit", kIdleSeconds}, settings.places.data / "service.log"};
  std::error_code error;
  std::filesystem::create_directories(settings.places.data, error);
  const auto options = service_address(settings);
  const auto health = client::find_or_start_service(options, command);
  if (!health) return health.error();
  if (health->settings != settings_hash(settings)) return other_settings(*health);
  return client::GeneratorClient(options);
}

Result<FollowedJob> generate_through_service(
    const Settings& settings, const GenerationRequest& request, bool embed_receipt,
    const std::function<void(double fraction, const Progress&)>& progress,
    const std::stop_token& stop) {
  const StopEvent stop_event(stop);
  client::ClientOptions options = service_address(settings);
  client::GeneratorClient service(options);
  const auto accepted = service.generate(request, embed_receipt);
  if (!accepted) return accepted.error();
  options.interrupt = stop_event.fd();
  const Status followed = Follower(options, accepted->job_id, progress).follow();
  if (!followed) {
    if (followed.error().code != ErrorCode::kCancelled) return followed.error();
    const auto cancelled = service.cancel(accepted->job_id);
    // One that came to its end first is shown as what it is.
    if (!cancelled && cancelled.error().code != ErrorCode::kConflict) return cancelled.error();
  }
  return outcome_of(service, accepted->job_id);
}

}  // namespace dgx::app
