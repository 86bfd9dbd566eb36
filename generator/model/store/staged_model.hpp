// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "generator/base/directory.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/model_id.hpp"

namespace dgx::model {

/// A model on its way into the store: a folder beside the installed ones whose name starts with a
/// dot, so that nobody takes it for a model. It becomes one by a single move, after all of it is
/// on disk. Holds a lock on the folder, so that two programs never fill the same one; a program
/// that dies leaves the folder, and the next one with the same name goes on in it.
///
/// Threads: one. Failure: kConflict (a model of that id is installed already), kUnavailable
/// (another program is installing it), kDiskFull, kIo.
class StagedModel {
 public:
  /// `name`: of the folder, with a dot in front; installations that may share what they have
  /// fetched share it.
  static Result<StagedModel> open(const std::filesystem::path& data_folder, const ModelId& id,
                                  const std::string& name);

  [[nodiscard]] const Directory& folder() const { return folder_; }

  /// Removes all files that are in the folder.
  Status clear() const;

  /// kDiskFull, with both numbers, where the file system has less than `bytes` left.
  [[nodiscard]] Status require_space(std::uint64_t bytes) const;

  /// Checks that the files make a model, writes the manifest, makes all durable and moves the
  /// folder to its id. Whatever fails, nothing is installed.
  Result<InstalledModel> publish(const protocol::ModelManifest& manifest);

  /// Clears and removes the folder.
  void discard();

 private:
  StagedModel(Directory store, Directory folder, ModelId id, std::string name)
      : store_(std::move(store)),
        folder_(std::move(folder)),
        id_(std::move(id)),
        name_(std::move(name)) {}

  Status write_manifest(const protocol::ModelManifest& manifest) const;

  Directory store_;
  Directory folder_;
  ModelId id_;
  std::string name_;
};

/// The folder of all models, created with its parents where there is none.
Result<Directory> open_store(const std::filesystem::path& data_folder);

}  // namespace dgx::model
