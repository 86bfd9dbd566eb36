// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/player_link.hpp"

namespace dgx::plugin {

const Sample* PlayerLink::try_collect() noexcept {
  const Sample* sample = nullptr;
  return player_to_loader_.try_pop(sample) ? sample : nullptr;
}

void PlayerLink::apply(ClipPlayer& player) noexcept {
  for (;;) {
    if (returning_ == nullptr) returning_ = player.take_retired();
    if (returning_ == nullptr || !player_to_loader_.try_push(returning_)) break;
    returning_ = nullptr;
  }
  for (;;) {
    if (!has_waiting_) has_waiting_ = loader_to_player_.try_pop(waiting_);
    if (!has_waiting_ || !carry_out(player, waiting_)) return;
    has_waiting_ = false;
  }
}

bool PlayerLink::carry_out(ClipPlayer& player, const PlayerCommand& command) noexcept {
  switch (command.kind) {
    case PlayerCommand::Kind::kSetSample:
      return player.set_sample(command.pad, command.sample);
    case PlayerCommand::Kind::kSetPad:
      player.set_pad(command.pad, command.settings);
      break;
    case PlayerCommand::Kind::kSetChromatic:
      player.set_chromatic(command.pad, command.root_note);
      break;
  }
  return true;
}

}  // namespace dgx::plugin
