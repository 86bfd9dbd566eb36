// SPDX-License-Identifier: Apache-2.0
#pragma once

// What DPF wants to know of the interface: the plugin's own description, and that it meets the
// instrument in the same process.
#include "plugin/lv2/DistrhoPluginInfo.h"
#undef DISTRHO_PLUGIN_WANT_DIRECT_ACCESS
#define DISTRHO_PLUGIN_WANT_DIRECT_ACCESS 1
