// SPDX-License-Identifier: Apache-2.0
#include "ui/poller/generator_poller.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "generator/protocol/api_messages.hpp"

namespace dgx::ui {
namespace {

using namespace std::chrono_literals;
using client::GeneratorClient;

constexpr auto kFirstPause = 1000ms;
constexpr auto kLastPause = 5000ms;
// The panel says within a second that a service hangs.
constexpr auto kLookPatience = 800ms;
constexpr int kPageSize = 50;
constexpr int kWaveformColumns = 800;

/// The answer to an intent as an update: `wrap` of what came, or what went wrong.
template <typename T, typename Wrap>
Update answered(const Intent& intent, const Result<T>& answer, const Wrap& wrap) {
  if (!answer) return Refused{intent, answer.error()};
  return wrap(*answer);
}

Update carried_out(GeneratorClient& service, const Intent& intent, const GenerateTakes& asked) {
  return answered(intent, service.generate(asked.request),
                  [](const protocol::JobAccepted& job) { return JobSubmitted{job}; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const CancelJob& asked) {
  const auto cancelled = service.cancel(asked.job_id);
  // One that came to its end first is shown as what it is.
  if (!cancelled && cancelled.error().code == ErrorCode::kConflict) {
    return answered(intent, service.job(asked.job_id),
                    [](const protocol::JobView& job) { return job; });
  }
  return answered(intent, cancelled, [](const protocol::JobView& job) { return job; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ShowHistory& asked) {
  const auto page = service.history({asked.words, asked.favourites_only, asked.page, kPageSize});
  return answered(intent, page, [&](const protocol::HistoryPage& found) {
    return HistoryRead{asked, found};
  });
}

Update changed(const Intent& intent, const Result<protocol::Take>& take) {
  return answered(intent, take, [](const protocol::Take& now) { return TakeChanged{now}; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ChangeTake& asked) {
  return changed(intent, service.change_take(asked.take_id, asked.patch));
}

Update carried_out(GeneratorClient& service, const Intent& intent, const TrashTake& asked) {
  return changed(intent, service.trash_take(asked.take_id));
}

Update carried_out(GeneratorClient& service, const Intent& intent, const RestoreTake& asked) {
  return changed(intent, service.restore_take(asked.take_id));
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ShowDiskUse& asked) {
  return answered(intent, service.disk_use(asked.keep),
                  [](const protocol::DiskUse& use) { return DiskUseRead{use}; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const DiscardRejects& asked) {
  return answered(intent, service.discard_rejects({asked.keep}),
                  [](const protocol::Discarded& some) { return RejectsDiscarded{some}; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ShowWaveform& asked) {
  return answered(intent, service.peaks(asked.take_id, kWaveformColumns),
                  [](const protocol::PeaksMessage& peaks) { return WaveformRead{peaks}; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ShowJob& asked) {
  return answered(intent, service.job(asked.job_id),
                  [](const protocol::JobView& job) { return job; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const InsertTake& asked) {
  return answered(intent, service.insert(asked.request),
                  [](const protocol::InsertionView& posted) { return InsertionPosted{posted}; });
}

Update shown(const Intent& intent, const Result<protocol::InsertionView>& insertion) {
  return answered(intent, insertion, [](const protocol::InsertionView& now) { return now; });
}

Update carried_out(GeneratorClient& service, const Intent& intent, const TakeBackInsertion& asked) {
  return shown(intent, service.cancel_insertion(asked.insertion_id));
}

Update carried_out(GeneratorClient& service, const Intent& intent, const ShowInsertion& asked) {
  return shown(intent, service.insertion(asked.insertion_id));
}

Update carried_out(GeneratorClient& service, const Intent& intent, const StartService&) {
  return answered(intent, service.health(), [](const protocol::Health& health) {
    return LinkChanged{LinkState::kReady, {}, health};
  });
}

/// Events may have been told before the id that they are about was; this asks where it stands.
std::optional<Intent> question_after(const Update& update) {
  if (const auto* job = std::get_if<JobSubmitted>(&update)) return ShowJob{job->job.job_id};
  if (const auto* posted = std::get_if<InsertionPosted>(&update)) {
    return ShowInsertion{posted->insertion.insertion_id};
  }
  return std::nullopt;
}

bool is_of_queue(const std::string& kind) {
  static constexpr std::array<std::string_view, 6> kKinds = {"added",  "begun",     "completed",
                                                             "failed", "cancelled", "requeued"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

}  // namespace

GeneratorPoller::GeneratorPoller(PollerOptions options)
    : options_(std::move(options)),
      end_(::eventfd(0, EFD_CLOEXEC)),
      look_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  options_.address.interrupt = end_.get();
  caller_ = std::jthread([this](const std::stop_token& stop) { carry_out_intents(stop); });
  follower_ = std::jthread([this](const std::stop_token& stop) { follow_service(stop); });
}

GeneratorPoller::~GeneratorPoller() {
  caller_.request_stop();
  follower_.request_stop();
  ::eventfd_write(end_.get(), 1);
  // Under the lock, so that the caller cannot miss it between its look and its wait.
  {
    const MutexLock lock(mutex_);
    posted_.notify_all();
  }
}

void GeneratorPoller::post(Intent intent) {
  const MutexLock lock(mutex_);
  intents_.push_back(std::move(intent));
  posted_.notify_all();
}

std::vector<Update> GeneratorPoller::take_updates() {
  const MutexLock lock(mutex_);
  return std::exchange(updates_, {});
}

void GeneratorPoller::push(Update update) {
  {
    const MutexLock lock(mutex_);
    updates_.push_back(std::move(update));
  }
  options_.wake();
}

std::optional<Intent> GeneratorPoller::next_intent(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (intents_.empty() && !stop.stop_requested()) posted_.wait(lock.native());
  if (stop.stop_requested()) return std::nullopt;
  Intent next = std::move(intents_.front());
  intents_.pop_front();
  return next;
}

void GeneratorPoller::carry_out_intents(const std::stop_token& stop) {
  while (const auto intent = next_intent(stop)) {
    if (have_service(*intent)) carry_out(*intent);
  }
}

bool GeneratorPoller::have_service(const Intent& intent) {
  const auto found = look();
  if (found && *found) return true;
  if (!found) {
    push(Refused{intent, found.error()});
    return false;
  }
  starting_ = true;
  push(LinkChanged{LinkState::kStarting, {}, {}});
  const auto started = client::find_or_start_service(options_.address, options_.service);
  starting_ = false;
  ::eventfd_write(look_.get(), 1);
  if (started) return true;
  push(LinkChanged{LinkState::kAbsent, started.error().message, {}});
  push(Refused{intent, started.error()});
  return false;
}

Result<std::optional<protocol::Health>> GeneratorPoller::look() const {
  client::ClientOptions address = options_.address;
  address.patience = kLookPatience;
  return client::find_service(address);
}

void GeneratorPoller::carry_out(const Intent& intent) {
  GeneratorClient service(options_.address);
  Update update =
      std::visit([&](const auto& asked) { return carried_out(service, intent, asked); }, intent);
  const std::optional<Intent> question = question_after(update);
  push(std::move(update));
  if (!question) return;
  push(std::visit([&](const auto& asked) { return carried_out(service, intent, asked); },
                  *question));
}

void GeneratorPoller::follow_service(const std::stop_token& stop) {
  auto wait = kFirstPause;
  bool was_there = false;
  while (!stop.stop_requested()) {
    const auto found = look();
    if (found && *found) {
      wait = kFirstPause;
      was_there = true;
      push(LinkChanged{LinkState::kReady, {}, **found});
      GeneratorClient service(options_.address);
      const Status ended = follow_events(service);
      if (stop.stop_requested()) return;
      push(LinkChanged{LinkState::kLost, ended ? "" : ended.error().message, {}});
      continue;
    }
    if (stop.stop_requested()) return;
    if (!found) {
      push(LinkChanged{LinkState::kLost, found.error().message, {}});
    } else if (!starting_) {
      push(LinkChanged{was_there ? LinkState::kLost : LinkState::kAbsent, {}, {}});
    }
    pause(wait);
    wait = std::min(wait * 2, std::chrono::milliseconds(kLastPause));
  }
}

Status GeneratorPoller::tell_all(GeneratorClient& service) {
  auto models = service.models();
  if (!models) return std::move(models).error();
  push(*std::move(models));
  return tell_queue(service);
}

Status GeneratorPoller::tell_queue(GeneratorClient& service) {
  auto queue = service.queue();
  if (!queue) return std::move(queue).error();
  push(*std::move(queue));
  return ok();
}

Status GeneratorPoller::follow_events(GeneratorClient& service) {
  // The stream first: what happens between the two is then told by it.
  auto events = service.events("");
  if (!events) return std::move(events).error();
  if (Status told = tell_all(service); !told) return told;
  for (;;) {
    const auto event = events->next();
    if (!event) return event.error();
    if (Status told = tell_event(service, *event); !told) return told;
  }
}

Status GeneratorPoller::tell_event(GeneratorClient& service, const client::Event& event) {
  if (event.kind == "progress") {
    auto progress = protocol::decode<protocol::ProgressEvent>(event.data);
    if (!progress) return std::move(progress).error();
    push(*std::move(progress));
    return ok();
  }
  if (event.kind == "gap") return tell_all(service);
  if (event.kind == "waits") return tell_queue(service);
  const auto message = protocol::decode<protocol::EventMessage>(event.data);
  if (!message) return message.error();
  if (is_of_queue(message->kind)) {
    auto job = service.job(message->job_id);
    if (!job) return std::move(job).error();
    push(*std::move(job));
    if (Status told = tell_all(service); !told) return told;
  }
  if (message->insertion_id) {
    auto insertion = service.insertion(*message->insertion_id);
    if (!insertion) return std::move(insertion).error();
    push(*std::move(insertion));
    return ok();
  }
  if (message->take_id) {
    auto take = service.take(*message->take_id);
    if (!take) return std::move(take).error();
    push(TakeChanged{*std::move(take)});
  }
  return ok();
}

void GeneratorPoller::pause(std::chrono::milliseconds at_most) {
  std::array<pollfd, 2> fds = {{{end_.get(), POLLIN, 0}, {look_.get(), POLLIN, 0}}};
  ::poll(fds.data(), fds.size(), static_cast<int>(at_most.count()));
  eventfd_t count = 0;
  ::eventfd_read(look_.get(), &count);
}

}  // namespace dgx::ui
