// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lv2/atom/atom.h>

#include "plugin/engine/transport.hpp"
#include "plugin/lv2/urids.hpp"

namespace dgx::plugin {

/// Reads what hosts say of their transport. What an event leaves out stays as it was.
///
/// DPF's own reading is not used: it counts bars one block early, and of several events in a block
/// it keeps the last without its frame. Threads: the audio thread.
class TransportReader {
 public:
  explicit TransportReader(const Urids& urids) noexcept : urids_(urids) {}

  /// True, and current() is as the event says, if `atom` is a time:Position.
  bool read(const LV2_Atom& atom) noexcept;
  [[nodiscard]] const Transport& current() const noexcept { return transport_; }

 private:
  void take(LV2_URID key, const LV2_Atom& value) noexcept;

  const Urids& urids_;
  Transport transport_{};
};

}  // namespace dgx::plugin
