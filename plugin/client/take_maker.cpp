// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/take_maker.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "generator/base/ulid.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::plugin {
namespace {

using namespace std::chrono_literals;
using client::GeneratorClient;
using protocol::JobStatus;

constexpr auto kFirstPause = 1000ms;
constexpr std::chrono::milliseconds kLastPause = 5000ms;

bool ends_job(const std::string& kind) {
  return kind == "completed" || kind == "failed" || kind == "cancelled";
}

bool is_open(JobStatus status) {
  return status == JobStatus::kPending || status == JobStatus::kProcessing;
}

}  // namespace

TakeMaker::TakeMaker(Result<ServiceAddress> address, MakerHooks hooks)
    : address_(std::move(address)),
      hooks_(std::move(hooks)),
      end_(::eventfd(0, EFD_CLOEXEC)),
      news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (address_) address_->client.interrupt = end_.get();
}

TakeMaker::~TakeMaker() {
  std::jthread thread;
  {
    const MutexLock lock(mutex_);
    thread = std::move(thread_);
  }
  thread.request_stop();
  ::eventfd_write(end_.get(), 1);
  ::eventfd_write(news_.get(), 1);
}

void TakeMaker::ask(protocol::GenerationRequest request) {
  const MutexLock lock(mutex_);
  last_ = RequestNews{last_.request + 1, {}, {}};
  wishes_.push_back({last_.request, std::move(request)});
  ::eventfd_write(news_.get(), 1);
  wished_.notify_all();
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

RequestNews TakeMaker::news() const {
  const MutexLock lock(mutex_);
  return last_;
}

bool TakeMaker::has_wish() const {
  const MutexLock lock(mutex_);
  return !wishes_.empty();
}

std::optional<TakeMaker::Wish> TakeMaker::next_wish() {
  const MutexLock lock(mutex_);
  if (wishes_.empty()) {
    eventfd_t count = 0;
    ::eventfd_read(news_.get(), &count);
    return std::nullopt;
  }
  Wish wish = std::move(wishes_.front());
  wishes_.pop_front();
  return wish;
}

void TakeMaker::run(const std::stop_token& stop) {
  std::chrono::milliseconds wait = kFirstPause;
  while (!stop.stop_requested()) {
    while (auto wish = next_wish()) {
      submit(*std::move(wish));
      wait = kFirstPause;
    }
    if (stop.stop_requested()) return;
    if (open_jobs_.empty()) {
      wait_for_wish(stop);
    } else if (follow(stop)) {
      wait = kFirstPause;
    } else {
      pause(wait);
      wait = std::min(2 * wait, kLastPause);
    }
  }
}

void TakeMaker::wait_for_wish(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  wished_.wait(lock.native(), stop, [this]() DGX_REQUIRES(mutex_) { return !wishes_.empty(); });
}

void TakeMaker::submit(Wish wish) {
  hooks_.complete(wish.request);
  const auto job_id = submitted(wish.request);
  if (job_id) open_jobs_.push_back(*job_id);
  if (!job_id && job_id.error().code == ErrorCode::kCancelled) return;  // The maker ends.
  {
    const MutexLock lock(mutex_);
    if (last_.request == wish.number) {
      (job_id ? last_.job_id : last_.problem) = job_id ? *job_id : job_id.error().message;
    }
  }
  if (!job_id) hooks_.failed(job_id.error().message);
}

Result<std::string> TakeMaker::submitted(protocol::GenerationRequest& request) {
  if (!address_) return address_.error();
  const auto there = client::find_or_start_service(address_->client, address_->command);
  if (!there) return there.error();
  // Asked twice, it is made once: the first answer may have been lost on its way.
  request.idempotency_key = new_ulid();
  const GeneratorClient service(address_->client);
  auto accepted = service.generate(request);
  if (!accepted && accepted.error().code == ErrorCode::kUnavailable) {
    accepted = service.generate(request);
  }
  if (!accepted) return std::move(accepted).error();
  return accepted->job_id;
}

Status TakeMaker::follow(const std::stop_token& stop) {
  client::ClientOptions until_news = address_->client;
  until_news.interrupt = news_.get();
  // The stream first: what happens between the two is then told by it.
  auto events = GeneratorClient(until_news).events("");
  if (!events) return std::move(events).error();
  if (Status settled = settle_jobs(); !settled) return settled;
  while (!open_jobs_.empty() && !stop.stop_requested() && !has_wish()) {
    const auto event = events->next();
    if (!event) return event.error();
    if (!ends_job(event->kind)) continue;
    if (Status settled = settle_jobs(); !settled) return settled;
  }
  return ok();
}

Status TakeMaker::settle_jobs() {
  const std::vector<std::string> jobs = open_jobs_;
  for (const std::string& job_id : jobs) {
    if (Status settled = settle(job_id); !settled) return settled;
  }
  return ok();
}

Status TakeMaker::settle(const std::string& job_id) {
  const GeneratorClient service(address_->client);
  const auto job = service.job(job_id);
  // One that was deleted meanwhile never ends.
  if (!job && job.error().code != ErrorCode::kNotFound) return job.error();
  if (job && is_open(job->status)) return ok();
  std::vector<protocol::Take> takes;
  if (job && job->status == JobStatus::kCompleted) {
    for (const protocol::JobTake& one : job->takes) {
      auto take = service.take(one.take_id);
      if (!take) return std::move(take).error();
      takes.push_back(*std::move(take));
    }
  }
  std::erase(open_jobs_, job_id);
  if (!takes.empty()) hooks_.finished(takes);
  if (job && job->error) hooks_.failed(job->error->message);
  return ok();
}

void TakeMaker::pause(std::chrono::milliseconds at_most) const {
  pollfd news{news_.get(), POLLIN, 0};
  ::poll(&news, 1, static_cast<int>(at_most.count()));
}

}  // namespace dgx::plugin
