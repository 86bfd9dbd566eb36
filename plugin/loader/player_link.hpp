// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "plugin/engine/sample.hpp"
#include "plugin/realtime/spsc_queue.hpp"

namespace dgx::plugin {

/// What the loader tells the player. A plain value.
struct PlayerCommand {
  int pad = 0;                     ///< 0 to 11, or kAuditionPad
  const Sample* sample = nullptr;  ///< nullptr clears the pad
};

/// The way between the loader and the audio thread: samples for the pads in, samples that nobody
/// reads any more out. Neither side waits for the other.
///
/// Threads: try_send() and try_collect() on the loader thread, apply() and applied() on the audio
/// thread, sent() on any.
class PlayerLink {
 public:
  /// False while the queue is full: the audio thread has not run for a while.
  [[nodiscard]] bool try_send(const PlayerCommand& command) noexcept {
    if (!loader_to_player_.try_push(command)) return false;
    sent_.fetch_add(1, std::memory_order_release);
    return true;
  }
  /// A sample that was replaced and is read no longer, to be freed; nullptr if there is none.
  [[nodiscard]] const Sample* try_collect() noexcept;

  /// At the beginning of each block; `Player` is a ClipPlayer or InstrumentPlayer. Commands are
  /// carried out in order; one that the player cannot take yet waits here for the next block, and
  /// those behind it wait with it.
  template <typename Player>
  void apply(Player& player) noexcept {
    for (;;) {
      if (returning_ == nullptr) returning_ = player.take_retired();
      if (returning_ == nullptr || !player_to_loader_.try_push(returning_)) break;
      returning_ = nullptr;
    }
    for (;;) {
      if (!has_waiting_) has_waiting_ = loader_to_player_.try_pop(waiting_);
      if (!has_waiting_ || !player.set_sample(waiting_.pad, waiting_.sample)) return;
      has_waiting_ = false;
      ++applied_;
    }
  }

  /// Commands so far; where applied() is the same, the player has them all.
  [[nodiscard]] std::uint32_t sent() const noexcept {
    return sent_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint32_t applied() const noexcept { return applied_; }

 private:
  SpscQueue<PlayerCommand, 64> loader_to_player_{};
  SpscQueue<const Sample*, 64> player_to_loader_{};
  std::atomic<std::uint32_t> sent_{0};
  // The audio thread's own: what found no room, and what it has done.
  std::uint32_t applied_ = 0;
  bool has_waiting_ = false;
  PlayerCommand waiting_{};
  const Sample* returning_ = nullptr;
};

}  // namespace dgx::plugin
