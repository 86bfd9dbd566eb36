// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/xdg.hpp"

namespace dgx::app {

/// What config.toml and the environment say. Every setting has a default and needs no file.
struct Settings {
  Places places{};
  /// Folders beneath which takes may be written, beside the data folder and Ardour sessions.
  /// allowed_roots = ["~/Music"]              DGX_MUSIC_ALLOWED_ROOTS=/a:/b
  std::vector<std::filesystem::path> allowed_roots{};
  /// General MIDI soundfont of the sketch model; empty: the distribution's.
  /// soundfont = "~/sounds/my.sf2"            DGX_MUSIC_SOUNDFONT
  std::filesystem::path soundfont{};
  /// Put the receipt, with the prompt, into each WAV.
  /// embed_receipts = true                    DGX_MUSIC_EMBED_RECEIPTS=true
  bool embed_receipts = true;
  /// Where `models pull` fetches from.
  /// hub_url = "https://huggingface.co"       DGX_MUSIC_HUB_URL
  std::string hub_url = "https://huggingface.co";
  /// Where MusicGen computes: auto, cpu, cuda or cuda:N.
  /// device = "auto"                          DGX_MUSIC_DEVICE
  std::string device = "auto";
  /// Begin nothing on a GPU while a host that says so plays.
  /// gpu_free_while_rolling = false           DGX_MUSIC_GPU_FREE_WHILE_ROLLING=false
  bool gpu_free_while_rolling = false;
  /// Seconds without work after which the engine frees its models; 0: never.
  /// unload_after = 600
  std::int64_t unload_after = 600;
  /// Seconds without jobs and callers after which a service leaves that a command started.
  /// idle_exit = 600
  std::int64_t idle_exit = 600;
  /// The engine; beside this program.         DGX_MUSIC_ENGINE
  std::filesystem::path engine{};
};

/// Reads the environment over config.toml over the defaults. A mistake in the file is refused with
/// its name, line and key.
Result<Settings> read_settings();

/// The same without config.toml: what is left to work with where that file is wrong.
Result<Settings> read_settings_of_environment();

}  // namespace dgx::app
