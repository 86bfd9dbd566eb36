// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "generator/digest/sha256.hpp"
#include "generator/protocol/model_manifest.hpp"
#include "tests/model/musicgen/config_fixture.hpp"
#include "tests/model/musicgen/piece_model_fixture.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"

namespace dgx::test {

inline std::string one_tensor_file() {
  return safetensors_bytes(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})",
                           data_of(16));
}

/// A folder with the smallest files that have the form of a MusicGen model.
inline void write_model_folder(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_bytes(folder / "config.json", small_config());
  write_bytes(folder / "model.safetensors", one_tensor_file());
  write_bytes(folder / "spiece.model", trained_piece_model());
}

/// A model as the store keeps it.
inline void write_installed(const std::filesystem::path& data_folder, const std::string& id,
                            const std::string& licence = "CC-BY-NC-4.0") {
  const std::filesystem::path folder = data_folder / "models" / id;
  write_model_folder(folder);
  protocol::ModelManifest manifest;
  manifest.id = id;
  manifest.source = "a test";
  manifest.licence = licence;
  for (const char* name : {"config.json", "model.safetensors", "spiece.model"}) {
    manifest.files.push_back({name,
                              static_cast<std::int64_t>(std::filesystem::file_size(folder / name)),
                              sha256_of_file(folder / name).value()});
  }
  write_bytes(folder / "dgx-music-model.json", protocol::encode_manifest(manifest));
}

}  // namespace dgx::test
