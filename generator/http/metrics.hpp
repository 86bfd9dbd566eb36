// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "generator/history/history_store.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::http {

/// What the service counts about itself. Threads: any.
struct Counters {
  std::array<std::atomic<std::int64_t>, 6> answers{};  ///< By the first digit of the status
  std::atomic<std::int64_t> connections{0};            ///< Open now, without event streams
  std::atomic<std::int64_t> event_streams{0};          ///< Open now
  std::atomic<std::int64_t> refused_connections{0};
  std::atomic<std::int64_t> timed_out_connections{0};
};

/// Counts itself among what is open, for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::int64_t>& open) : open_(&open) { ++*open_; }
  ~Counted() {
    if (open_ != nullptr) --*open_;
  }
  Counted(Counted&& other) noexcept : open_(std::exchange(other.open_, nullptr)) {}
  Counted& operator=(Counted&& other) noexcept {
    std::swap(open_, other.open_);
    return *this;
  }

 private:
  std::atomic<std::int64_t>* open_;
};

/// The numbers as Prometheus reads them (text format 0.0.4). No text of a person is among them.
std::string metrics_text(const protocol::Health& health, const history::JobCounts& jobs,
                         const Counters& counters);

}  // namespace dgx::http
