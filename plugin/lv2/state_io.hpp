// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lv2/core/lv2.h>
#include <lv2/state/state.h>

#include <functional>
#include <string>

#include "plugin/instrument/instrument.hpp"
#include "plugin/lv2/urids.hpp"

namespace dgx::plugin {

/// Hands the instrument's state to the host; files as paths that the host maps, so that it can move
/// them with the session.
LV2_State_Status save_state(Instrument& instrument, const Urids& urids,
                            LV2_State_Store_Function store, LV2_State_Handle handle,
                            const LV2_Feature* const* features);

/// The other way. A state without a version (a preset of controls) changes nothing; one of a newer
/// version is refused, and `warn` hears why.
LV2_State_Status restore_state(Instrument& instrument, const Urids& urids,
                               LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                               const LV2_Feature* const* features,
                               const std::function<void(const std::string&)>& warn);

/// The data of a feature, nullptr where the host does not offer it.
template <typename T>
T* find_feature(const LV2_Feature* const* features, const char* uri) {
  for (; features != nullptr && *features != nullptr; ++features) {
    if (std::string((*features)->URI) == uri) return static_cast<T*>((*features)->data);
  }
  return nullptr;
}

/// Takes a path that the host gave, and gives it back.
std::string take_path(char* path, const LV2_State_Free_Path* free_path);

}  // namespace dgx::plugin
