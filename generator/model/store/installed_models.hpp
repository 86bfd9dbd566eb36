// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/store/model_id.hpp"
#include "generator/protocol/model_manifest.hpp"

namespace dgx::model {

/// A model in the store.
struct InstalledModel {
  ModelId id;
  std::filesystem::path folder{};  ///< Of config.json, the weights and spiece.model
  std::string description{};       ///< One line for people
  std::string licence{};           ///< SPDX id; "unknown" where nobody said
  std::string notice{};            ///< Shown wherever a take of this model is; may be empty
  /// Of what decides the model's output: SHA-256 over one line "<sha256>  <name>\n" for each file
  /// of the manifest, by name, so that in the model's folder
  ///     sha256sum FILES... | LC_ALL=C sort -k 2 | sha256sum
  /// prints the same.
  std::string sha256{};
  protocol::ModelManifest manifest{};
};

/// A folder in the store that cannot be used, and why.
struct BrokenModel {
  std::string name{};
  Error reason{};
};

struct ModelList {
  std::vector<InstalledModel> models{};  ///< Best first
  std::vector<BrokenModel> broken{};
};

/// What is installed below `data_folder`/models. Reads manifests only, so that it costs next to
/// nothing; whether the files still are what the manifest says is for verify_model(). A store that
/// was never used is an empty list. Order: as known_models() has it, then models of one's own by
/// id. The first is the default model; where there is none, that is "sketch".
///
/// Threads: any. Failure: kIo for a store that cannot be listed.
Result<ModelList> list_installed_models(const std::filesystem::path& data_folder);

/// One of them. Failure: kNotFound, which names what is installed, or why it cannot be used.
Result<InstalledModel> find_installed_model(const std::filesystem::path& data_folder,
                                            const ModelId& id);

/// The digest that InstalledModel::sha256 describes.
std::string model_sha256(const protocol::ModelManifest& manifest);

constexpr std::string_view kManifestName = "dgx-music-model.json";

}  // namespace dgx::model
