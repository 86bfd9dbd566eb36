// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/player_link.hpp"

namespace dgx::plugin {

const Sample* PlayerLink::try_collect() noexcept {
  const Sample* sample = nullptr;
  return player_to_loader_.try_pop(sample) ? sample : nullptr;
}

}  // namespace dgx::plugin
