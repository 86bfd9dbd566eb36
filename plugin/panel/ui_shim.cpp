// SPDX-License-Identifier: Apache-2.0
// The descriptor of the panel that hosts see. DPF's own is compiled under another name (see
// CMakeLists.txt). The panel asks its instrument and needs no message of the host: DPF 1.6 takes
// each that is no patch:Set, such as state:StateChanged, for a mistake, and prints that.
#include <lv2/core/lv2.h>
#include <lv2/ui/ui.h>

#include <cstdint>

extern "C" const LV2UI_Descriptor* dpf_lv2ui_descriptor(std::uint32_t index);

namespace {

void ignore_event(LV2UI_Handle /*panel*/, std::uint32_t /*port*/, std::uint32_t /*size*/,
                  std::uint32_t /*format*/, const void* /*data*/) {}

LV2UI_Descriptor without_events(LV2UI_Descriptor descriptor) {
  descriptor.port_event = ignore_event;
  return descriptor;
}

}  // namespace

LV2_SYMBOL_EXPORT const LV2UI_Descriptor* lv2ui_descriptor(std::uint32_t index) {
  static const LV2UI_Descriptor kDescriptor = without_events(*dpf_lv2ui_descriptor(0));
  return index == 0 ? &kDescriptor : nullptr;
}
