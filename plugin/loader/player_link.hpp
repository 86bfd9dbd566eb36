// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plugin/engine/clip_player.hpp"
#include "plugin/engine/pad.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/realtime/spsc_queue.hpp"

namespace dgx::plugin {

/// What the loader tells the player. A plain value.
struct PlayerCommand {
  enum class Kind : std::uint8_t { kSetSample, kSetPad, kSetChromatic };
  Kind kind = Kind::kSetPad;
  int pad = 0;
  const Sample* sample = nullptr;  ///< With kSetSample; nullptr clears the pad
  PadSettings settings{};          ///< With kSetPad
  int root_note = 60;              ///< With kSetChromatic
};

/// The way between the loader and the audio thread: commands in, samples that nobody reads any
/// more out. Neither side waits for the other.
///
/// Threads: try_send() and try_collect() on the loader thread, apply() on the audio thread.
class PlayerLink {
 public:
  /// False while the queue is full: the audio thread has not run for a while.
  [[nodiscard]] bool try_send(const PlayerCommand& command) noexcept {
    return loader_to_player_.try_push(command);
  }
  /// A sample that was replaced and is read no longer, to be freed; nullptr if there is none.
  [[nodiscard]] const Sample* try_collect() noexcept;

  /// At the beginning of each block. Commands are carried out in order; one that the player cannot
  /// take yet waits here for the next block, and those behind it wait with it.
  void apply(ClipPlayer& player) noexcept;

 private:
  [[nodiscard]] static bool carry_out(ClipPlayer& player, const PlayerCommand& command) noexcept;

  SpscQueue<PlayerCommand, 64> loader_to_player_{};
  SpscQueue<const Sample*, 64> player_to_loader_{};
  // The audio thread's own: what found no room.
  bool has_waiting_ = false;
  PlayerCommand waiting_{};
  const Sample* returning_ = nullptr;
};

}  // namespace dgx::plugin
