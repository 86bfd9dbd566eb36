// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace dgx::model::sketch {

/// A data file that the build put into the library (embed_data.cmake), so that the program needs
/// no data folder.
struct EmbeddedFile {
  std::string_view name;  ///< "lofi.toml"
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_genres();
EmbeddedFile embedded_vocabulary();

}  // namespace dgx::model::sketch
