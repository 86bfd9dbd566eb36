// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

#include <cstdint>
#include <string>

#include "plugin/instrument/instrument.hpp"
#include "plugin/lv2/outbox.hpp"
#include "plugin/lv2/transport_reader.hpp"
#include "plugin/lv2/urids.hpp"

namespace dgx::plugin {

/// What one instance of the plugin has beside DPF's part: the host's features that DPF ignores,
/// the right transport, properties and state.
///
/// Threads: before_run() and after_run() on the audio thread; work(), save() and restore() on the
/// host's others.
class ShimInstance {
 public:
  ShimInstance(LV2_URID_Map* map, const LV2_Feature* const* features);

  /// For the instrument, before it is made. The functions stay valid as long as this.
  [[nodiscard]] HostServices services();
  void set_instrument(Instrument* instrument) { instrument_ = instrument; }

  /// For a panel in the same process; it has to go before the instance.
  [[nodiscard]] PanelPort* panel_port() { return instrument_; }

  void connect(std::uint32_t port, void* data) noexcept;
  void before_run() noexcept;
  void after_run() noexcept;

  LV2_Worker_Status work(std::uint32_t size, const void* data);
  LV2_State_Status save(LV2_State_Store_Function store, LV2_State_Handle handle,
                        const LV2_Feature* const* features);
  LV2_State_Status restore(LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                           const LV2_Feature* const* features);

 private:
  void warn(const std::string& sentence) const;
  void read_event(const LV2_Atom_Event& event) noexcept;
  void pass_on_trigger() noexcept;
  void set_property(LV2_URID property, const std::string& value);
  void tell_property(LV2_URID property);
  void tell_all();

  Urids urids_;
  TransportReader transport_;
  Outbox outbox_;
  // The structs are the host's; what they point to lives as long as the plugin.
  const LV2_State_Make_Path* make_path_;
  const LV2_State_Free_Path* free_path_;
  const LV2_Log_Log* log_;
  const LV2_Worker_Schedule* worker_;
  Instrument* instrument_ = nullptr;

  // The audio thread's own.
  const LV2_Atom_Sequence* events_in_ = nullptr;
  LV2_Atom_Sequence* events_out_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t changes_told_ = 0;
};

}  // namespace dgx::plugin
