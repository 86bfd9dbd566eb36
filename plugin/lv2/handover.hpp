// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "plugin/instrument/host_services.hpp"
#include "plugin/instrument/instrument.hpp"

namespace dgx::plugin {

/// What the shim and DPF's plugin object tell each other while DPF makes the object, whose
/// constructor takes no arguments of ours.
struct Handover {
  HostServices host{};
  std::filesystem::path bundle{};
  Instrument* instrument = nullptr;  ///< Out; the object owns it
};

/// Not null on the thread that instantiates, while it does.
inline thread_local Handover* current_handover = nullptr;

}  // namespace dgx::plugin
