// SPDX-License-Identifier: Apache-2.0
#include "generator/http/event_log_tail.hpp"

#include <algorithm>
#include <utility>

namespace dgx::http {
namespace {

bool ends_job(const std::string& kind) {
  return kind == "completed" || kind == "failed" || kind == "cancelled";
}

}  // namespace

EventText event_text(const protocol::EventMessage& event) {
  return {event.sequence, event.job_id, ends_job(event.kind),
          std::make_shared<const std::string>("id: " + std::to_string(event.sequence) +
                                              "\nevent: " + event.kind +
                                              "\ndata: " + encode(event) + "\n\n")};
}

void EventLogTail::add(const protocol::EventMessage& event) {
  events_.push_back(event_text(event));
  last_ = event.sequence;  // Not before: an event without memory is read again.
  if (events_.size() > kept_) events_.pop_front();
}

const EventText* EventLogTail::next_after(std::int64_t sequence, bool& behind) const {
  behind = false;
  if (sequence >= last_) return nullptr;
  behind = events_.empty() || events_.front().sequence > sequence + 1;
  if (behind) return nullptr;
  const auto next = std::upper_bound(
      events_.begin(), events_.end(), sequence,
      [](std::int64_t number, const EventText& event) { return number < event.sequence; });
  return next == events_.end() ? nullptr : &*next;
}

void EventLogTail::set_progress(const std::optional<jobs::RunningJob>& running) {
  if (!running) {
    progress_ = {};
    return;
  }
  const protocol::ProgressEvent event{running->id, running->fraction, running->progress};
  progress_ = {
      ++progress_changes_, running->id, false,
      std::make_shared<const std::string>("event: progress\ndata: " + encode(event) + "\n\n")};
}

void EventLogTail::set_held(jobs::GpuHold::Held held) {
  if (held == held_) return;
  held_ = std::move(held);
  ++held_changes_;
}

}  // namespace dgx::http
