// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generator/jobs/scheduler.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::http {

/// One event in the form in which it is sent; shared by all who get it.
struct EventText {
  std::int64_t sequence = 0;
  std::string job_id{};
  bool ends_job = false;
  std::shared_ptr<const std::string> text{};
};

/// "id: 42\nevent: completed\ndata: {...}\n\n"
EventText event_text(const protocol::EventMessage& event);

/// The newest events, so that a thousand listeners do not read the database a thousand times. A
/// listener keeps nothing but the number of the last event it was sent: who falls behind what is
/// kept here reads the rest from the database, at his own pace. So memory is bounded, however slow
/// they are. Threads: one at a time.
class EventLogTail {
 public:
  explicit EventLogTail(std::size_t kept) : kept_(kept) {}

  /// The last event of the database as the service begins.
  void begin_after(std::int64_t sequence) { last_ = sequence; }
  void add(const protocol::EventMessage& event);
  [[nodiscard]] std::int64_t last_sequence() const { return last_; }
  /// The next event after `sequence`; nothing where there is none. `behind` is set where it is not
  /// kept any more.
  [[nodiscard]] const EventText* next_after(std::int64_t sequence, bool& behind) const;

  /// How far the running job is. Only the newest is kept.
  void set_progress(const std::optional<jobs::RunningJob>& running);
  [[nodiscard]] const EventText& progress() const { return progress_; }

  /// What keeps jobs from beginning.
  void set_held(jobs::GpuHold::Held held);
  /// How often that has changed.
  [[nodiscard]] std::int64_t held_changes() const { return held_changes_; }

 private:
  std::size_t kept_;
  std::int64_t last_ = 0;
  std::deque<EventText> events_{};
  EventText progress_{};  // Its sequence counts changes; 0 where there is none.
  std::int64_t progress_changes_ = 0;
  jobs::GpuHold::Held held_{};
  std::int64_t held_changes_ = 0;
};

}  // namespace dgx::http
