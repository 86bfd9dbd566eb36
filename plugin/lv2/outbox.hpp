// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lv2/atom/atom.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "generator/base/mutex.hpp"
#include "plugin/lv2/urids.hpp"
#include "plugin/realtime/spsc_queue.hpp"

namespace dgx::plugin {

/// Messages for the host and its editors, on their way to the output port. They are made, and
/// freed, off the audio thread.
///
/// Threads: tell() on any but the audio thread; deliver() on the audio thread.
class Outbox {
 public:
  explicit Outbox(const Urids& urids) : urids_(urids) {}

  /// patch:Set of one property. While the audio thread does not run, more than 64 are dropped:
  /// whoever asks later is told again.
  void tell(LV2_URID property, LV2_URID type, const std::string& value);

  /// Appends what waits to `port`, of `capacity` bytes; what finds no room waits for the next
  /// block. `changed` asks for a state:StateChanged before it; true once that is written.
  bool deliver(LV2_Atom_Sequence& port, std::uint32_t capacity, bool changed) noexcept;

 private:
  struct Message {
    std::vector<std::byte> event{};  ///< An LV2_Atom_Event with its body
  };

  void free_delivered() DGX_REQUIRES(mutex_);

  SpscQueue<const Message*, 64> waiting_{};
  SpscQueue<const Message*, 64> delivered_{};
  const Urids& urids_;
  Mutex mutex_;
  std::vector<std::unique_ptr<const Message>> messages_ DGX_GUARDED_BY(mutex_){};
  const Message* next_ = nullptr;  // The audio thread's own: popped, and found no room.
};

}  // namespace dgx::plugin
