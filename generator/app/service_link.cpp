// SPDX-License-Identifier: Apache-2.0
#include "generator/app/service_link.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "generator/app/service_host.hpp"
#include "generator/base/socket_io.hpp"
#include "generator/base/stop_event.hpp"
#include "generator/base/version.hpp"
#include "generator/client/service_starter.hpp"
#include "generator/jobs/data_lock.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::app {
namespace {

using namespace std::chrono_literals;
using namespace protocol;

// A service that ends with each job it is given is not started for ever.
constexpr int kReconnections = 60;
constexpr auto kReconnectPause = 500ms;

bool ends_job(const std::string& kind) {
  return kind == "completed" || kind == "failed" || kind == "cancelled";
}

using StepSink = std::function<void(const JobStep&)>;

/// Reads the events of one job until it ends, and once more from the last one where the stream
/// broke off.
class Follower {
 public:
  Follower(const Settings& settings, int interrupt, std::string job_id, const StepSink& progress)
      : settings_(settings),
        options_(service_address(settings)),
        job_id_(std::move(job_id)),
        progress_(progress) {
    options_.interrupt = interrupt;
  }

  Status follow() {
    return follow_service(settings_, options_.interrupt, [this] { return follow_stream(); });
  }

 private:
  Status follow_stream() {
    auto events = client::GeneratorClient(options_).events(job_id_, last_id_);
    if (!events) return std::move(events).error();
    tell_if_it_waits();
    for (;;) {
      const auto event = events->next();
      if (!event) return event.error();
      if (event->id) last_id_ = event->id;
      if (ends_job(event->kind)) return ok();
      if (event->kind == "waits") tell_if_it_waits();
      if (event->kind != "progress") continue;
      const auto progress = decode<ProgressEvent>(event->data);
      if (!progress) return progress.error();
      progress_({progress->fraction, progress->progress, {}});
    }
  }

  // What cannot be asked for now is asked for at the next change.
  void tell_if_it_waits() {
    const auto job = client::GeneratorClient(options_).job(job_id_);
    if (!job || job->status != JobStatus::kPending) return;
    if (job->waits || waited_) progress_({0, {}, job->waits});
    waited_ = job->waits.has_value();
  }

  const Settings& settings_;
  client::ClientOptions options_;
  std::string job_id_;
  const StepSink& progress_;
  std::optional<std::int64_t> last_id_{};
  bool waited_ = false;  // It was told why the job waits
};

// True where the job has to wait. One that cannot be told apart is not said to wait.
bool another_is_rendered(client::GeneratorClient& service, const std::string& job_id) {
  const auto running = service.queue(JobStatus::kProcessing);
  return running && !running->jobs.empty() && running->jobs.front().job_id != job_id;
}

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

// Why a service cannot answer for this program; empty where it can.
std::string misfit_of(const Health& health, const Settings& settings) {
  if (health.version != kVersion) {
    return "is version " + health.version + ", this is " + std::string(kVersion);
  }
  return health.settings == settings_hash(settings) ? "" : "was started with other settings";
}

Error refusal(const Health& health, const std::string& misfit) {
  const std::string pid = std::to_string(health.pid);
  return {ErrorCode::kConflict, "the service that runs (process " + pid + ") " + misfit +
                                    ": end it with 'kill " + pid +
                                    "', which loses nothing, or use what it uses"};
}

bool may_be_replaced(const Health& health) {
  return health.idle_exit_seconds && health.queue.pending + health.queue.processing == 0;
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

Result<client::GeneratorClient> connect_or_start(const Settings& settings, int interrupt) {
  const client::ServiceCommand command{this_program(),
                                       {"serve", "--idle-exit", std::to_string(settings.idle_exit)},
                                       settings.places.data / "service.log"};
  if (Status made = jobs::make_data_folder(settings.places.data); !made) {
    return std::move(made).error();
  }
  auto options = service_address(settings);
  options.interrupt = interrupt;
  for (bool replaced = false;; replaced = true) {
    const auto health = client::find_or_start_service(options, command);
    if (!health) return health.error();
    const std::string misfit = misfit_of(*health, settings);
    if (misfit.empty()) return client::GeneratorClient(service_address(settings));
    if (replaced || !may_be_replaced(*health)) return refusal(*health, misfit);
    if (Status ended = client::end_service(options, health->pid); !ended) {
      return std::move(ended).error();
    }
  }
}

Status follow_service(const Settings& settings, int interrupt,
                      const std::function<Status()>& read_stream) {
  for (int broken = 0;; ++broken) {
    Status done = read_stream();
    if (done || done.error().code != ErrorCode::kUnavailable || broken == kReconnections) {
      return done;
    }
    const auto pause = std::chrono::steady_clock::now() + kReconnectPause;
    const auto woken = wait_readable(interrupt, -1, pause);
    if (!woken) return woken.error();
    if (*woken == Readiness::kReadable) return Error{ErrorCode::kCancelled, "cancelled"};
    if (auto there = connect_or_start(settings, interrupt); !there) return there.error();
  }
}

Status dismiss_idle_service(const Settings& settings) {
  const auto options = service_address(settings);
  const auto health = client::GeneratorClient(options).health();
  // Who does not answer, or for other settings, is none that could be told.
  if (!health || !misfit_of(*health, settings).empty() || !may_be_replaced(*health)) return ok();
  return client::end_service(options, health->pid);
}

Status wait_for_end(const Settings& settings, const std::string& job_id) {
  return Follower(settings, -1, job_id, [](const JobStep&) {}).follow();
}

Result<FollowedJob> generate_through_service(const Settings& settings,
                                             const GenerationRequest& request, bool embed_receipt,
                                             const StepSink& progress,
                                             const std::stop_token& stop) {
  const StopEvent stop_event(stop);
  auto service = connect_or_start(settings, stop_event.fd());
  if (!service) return std::move(service).error();
  const auto accepted = service->generate(request, embed_receipt);
  if (!accepted) return accepted.error();
  if (another_is_rendered(*service, accepted->job_id)) progress({});
  const Status followed = Follower(settings, stop_event.fd(), accepted->job_id, progress).follow();
  if (!followed) {
    if (followed.error().code != ErrorCode::kCancelled) return followed.error();
    // Where the service is gone, another one has to write down that the job is cancelled.
    if (auto there = connect_or_start(settings); !there) return std::move(there).error();
    const auto cancelled = service->cancel(accepted->job_id);
    // One that came to its end first is shown as what it is.
    if (!cancelled && cancelled.error().code != ErrorCode::kConflict) return cancelled.error();
    // A busy machine may take longer than the service waits with its answer.
    if (Status ended = wait_for_end(settings, accepted->job_id); !ended) return ended.error();
  }
  return outcome_of(*service, accepted->job_id);
}

}  // namespace dgx::app
