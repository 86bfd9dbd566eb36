// SPDX-License-Identifier: Apache-2.0
#pragma once

// What DPF wants to know; it looks for a file of this name. There is no DISTRHO_PLUGIN_BRAND: DPF
// would write properties for it that lv2_validate refuses.
#define DISTRHO_PLUGIN_NAME "DGX Music"
#define DISTRHO_PLUGIN_URI "urn:dgx-music:instrument"
#define DISTRHO_PLUGIN_HAS_UI 1
#define DISTRHO_PLUGIN_HAS_EMBED_UI 1
#define DISTRHO_UI_URI "urn:dgx-music:panel"
#define DISTRHO_UI_USER_RESIZABLE 1
#define DISTRHO_UI_FILE_BROWSER 0
#define DISTRHO_UI_DEFAULT_WIDTH 900
#define DISTRHO_UI_DEFAULT_HEIGHT 560
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
