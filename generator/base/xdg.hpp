// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "generator/base/result.hpp"

namespace dgx {

/// The three places of DGX Music on disk, from the XDG base directory specification. Each can be
/// moved by an environment variable, which has to hold an absolute path.
struct Places {
  std::filesystem::path data;     ///< history.db, models/, takes/      DGX_MUSIC_DATA_DIR
  std::filesystem::path config;   ///< config.toml                      DGX_MUSIC_CONFIG_DIR
  std::filesystem::path runtime;  ///< sockets, may not exist           DGX_MUSIC_RUNTIME_DIR
};

/// Reads the environment; creates nothing. Fails where a variable is relative or no home is known.
Result<Places> find_places();

}  // namespace dgx
