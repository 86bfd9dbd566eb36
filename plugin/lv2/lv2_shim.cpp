// SPDX-License-Identifier: Apache-2.0
// The descriptor that hosts see. DPF's own is compiled under another name (see CMakeLists.txt);
// this one does with DPF's functions what they do, and beside it what DPF 1.6 cannot: makePath and
// mapPath, patch:Get, state:StateChanged, a right transport, and states without its data race.
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>

#include "plugin/lv2/handover.hpp"
#include "plugin/lv2/shim_instance.hpp"
#include "plugin/lv2/state_io.hpp"

extern "C" const LV2_Descriptor* dpf_lv2_descriptor(std::uint32_t index);

namespace {

using dgx::plugin::Handover;
using dgx::plugin::ShimInstance;

const LV2_Descriptor& dpf() {
  static const LV2_Descriptor& descriptor = *dpf_lv2_descriptor(0);
  return descriptor;
}

/// What hosts hold as the handle.
struct Instance {
  std::unique_ptr<ShimInstance> shim;
  LV2_Handle dpf = nullptr;
};

Instance& of(LV2_Handle handle) {
  return *static_cast<Instance*>(handle);
}

LV2_Handle instantiate(const LV2_Descriptor* /*descriptor*/, double rate, const char* bundle,
                       const LV2_Feature* const* features) {
  auto* map = dgx::plugin::find_feature<LV2_URID_Map>(features, LV2_URID__map);
  if (map == nullptr || !(rate >= 8000.0 && rate <= 768000.0)) return nullptr;
  // No exception may cross into the host, which is not ours and perhaps not C++.
  try {
    auto instance = std::make_unique<Instance>();
    instance->shim = std::make_unique<ShimInstance>(map, features);
    Handover handover{instance->shim->services(), bundle != nullptr ? bundle : "", nullptr};
    dgx::plugin::current_handover = &handover;
    instance->dpf = dpf().instantiate(&dpf(), rate, bundle, features);
    dgx::plugin::current_handover = nullptr;
    if (instance->dpf == nullptr) return nullptr;
    if (handover.instrument == nullptr) {
      dpf().cleanup(instance->dpf);
      return nullptr;
    }
    instance->shim->set_instrument(handover.instrument);
    return instance.release();
  } catch (const std::exception&) {
    dgx::plugin::current_handover = nullptr;
    return nullptr;
  }
}

void connect_port(LV2_Handle handle, std::uint32_t port, void* data) {
  of(handle).shim->connect(port, data);
  dpf().connect_port(of(handle).dpf, port, data);
}

void activate(LV2_Handle handle) {
  dpf().activate(of(handle).dpf);
}

void run(LV2_Handle handle, std::uint32_t frames) {
  Instance& instance = of(handle);
  instance.shim->before_run();
  dpf().run(instance.dpf, frames);
  instance.shim->after_run();
}

void deactivate(LV2_Handle handle) {
  dpf().deactivate(of(handle).dpf);
}

void cleanup(LV2_Handle handle) {
  const std::unique_ptr<Instance> instance(&of(handle));
  dpf().cleanup(instance->dpf);  // Ends the loader, which calls the shim, before the shim.
}

LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                      std::uint32_t /*flags*/, const LV2_Feature* const* features) {
  try {
    return of(handle).shim->save(store, state, features);
  } catch (const std::exception&) {
    return LV2_STATE_ERR_UNKNOWN;
  }
}

LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve,
                         LV2_State_Handle state, std::uint32_t /*flags*/,
                         const LV2_Feature* const* features) {
  try {
    return of(handle).shim->restore(retrieve, state, features);
  } catch (const std::exception&) {
    return LV2_STATE_ERR_UNKNOWN;
  }
}

LV2_Worker_Status work(LV2_Handle handle, LV2_Worker_Respond_Function /*respond*/,
                       LV2_Worker_Respond_Handle /*to*/, std::uint32_t size, const void* data) {
  try {
    return of(handle).shim->work(size, data);
  } catch (const std::exception&) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
}

LV2_Worker_Status work_response(LV2_Handle /*handle*/, std::uint32_t /*size*/,
                                const void* /*body*/) {
  return LV2_WORKER_SUCCESS;
}

const LV2_Options_Interface& dpf_options() {
  return *static_cast<const LV2_Options_Interface*>(dpf().extension_data(LV2_OPTIONS__interface));
}

std::uint32_t get_options(LV2_Handle handle, LV2_Options_Option* options) {
  return dpf_options().get(of(handle).dpf, options);
}

std::uint32_t set_options(LV2_Handle handle, const LV2_Options_Option* options) {
  return dpf_options().set(of(handle).dpf, options);
}

// DPF's own way for an interface to its plugin object, which DPF takes from the object itself: here
// it gives the instrument. It is declared where DPF needs it, in a function.
struct DirectAccess {
  void* (*get_instance_pointer)(LV2_Handle handle);
};

void* panel_port(LV2_Handle handle) {
  return of(handle).shim->panel_port();
}

const void* extension_data(const char* uri) {
  static const LV2_State_Interface kState = {save, restore};
  static const LV2_Worker_Interface kWorker = {work, work_response, nullptr};
  static const LV2_Options_Interface kOptions = {get_options, set_options};
  static const DirectAccess kDirectAccess = {panel_port};
  if (std::string_view(uri) == LV2_STATE__interface) return &kState;
  if (std::string_view(uri) == LV2_WORKER__interface) return &kWorker;
  if (std::string_view(uri) == LV2_OPTIONS__interface) return &kOptions;
  if (std::string_view(uri) == "urn:distrho:direct-access") return &kDirectAccess;
  return nullptr;
}

}  // namespace

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(std::uint32_t index) {
  static const LV2_Descriptor kDescriptor = {
      dgx::plugin::kPluginUri, instantiate, connect_port, activate, run, deactivate, cleanup,
      extension_data};
  return index == 0 ? &kDescriptor : nullptr;
}
