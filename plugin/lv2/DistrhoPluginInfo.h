// SPDX-License-Identifier: Apache-2.0
#pragma once

// What DPF wants to know; it looks for a file of this name. There is no DISTRHO_PLUGIN_BRAND: DPF
// would write properties for it that lv2_validate refuses.
#define DISTRHO_PLUGIN_NAME "DGX Music"
#define DISTRHO_PLUGIN_URI "urn:dgx-music:instrument"
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_WANT_TIMEPOS 1
#define DISTRHO_PLUGIN_WANT_STATE 1
#define DISTRHO_PLUGIN_WANT_DIRECT_ACCESS 0
// Of both event ports: a file name and its message fit several times.
#define DISTRHO_PLUGIN_MINIMUM_BUFFER_SIZE 65536
