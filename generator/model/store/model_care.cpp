// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/model_care.hpp"

#include <sys/file.h>

#include <algorithm>
#include <string>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/model_files.hpp"

namespace dgx::model {
namespace {

constexpr std::string_view kRemovedPrefix = ".removed-";
constexpr std::string_view kPullPrefix = ".pull-";
constexpr std::size_t kCommitDigits = 12;

bool is_unfinished(std::string_view name, const ModelId& id) {
  return name.starts_with(kPullPrefix) && name.ends_with("-" + id.text()) &&
         name.size() == kPullPrefix.size() + kCommitDigits + 1 + id.text().size();
}

bool is_own(const Directory& folder, const std::string& name) {
  const bool ending =
      name.ends_with(".safetensors") || name.ends_with(".json") || name.ends_with(".model");
  return ending && folder.open_file(name).has_value();
}

Status check_own_files_only(const Directory& folder) {
  const Result<std::vector<std::string>> names = folder.names();
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (is_own(folder, name)) continue;
    return Error{ErrorCode::kConflict, folder.path().string() + " holds " +
                                           escaped_for_terminal(name) +
                                           ", which is no part of the model; move it elsewhere "
                                           "first"};
  }
  return ok();
}

Status empty_and_remove(const Directory& store, const std::string& name) {
  const Result<Directory> folder = store.open_beneath(name);
  if (!folder) return folder.error();
  const Result<std::vector<std::string>> files = folder->names();
  if (!files) return files.error();
  for (const std::string& file : *files) {
    if (Status removed = folder->remove_file(file); !removed) return removed;
  }
  store.remove_empty_directory(name);
  return ok();
}

/// What calls that died have left. A failure shows again when it is this call's own turn.
void sweep(const Directory& store) {
  const Result<std::vector<std::string>> names = store.names();
  if (!names) return;
  for (const std::string& name : *names) {
    if (name.starts_with(kRemovedPrefix)) static_cast<void>(empty_and_remove(store, name));
  }
}

Status compare(const protocol::ManifestFile& installed, const protocol::ManifestFile& found,
               const std::filesystem::path& folder) {
  const std::string path = (folder / installed.name).string();
  if (found.size != installed.size) {
    return Error{ErrorCode::kCorrupt, path + " must have " + std::to_string(installed.size) +
                                          " bytes as when it was installed, got " +
                                          std::to_string(found.size)};
  }
  if (found.sha256 != installed.sha256) {
    return Error{ErrorCode::kCorrupt, path + " must have the SHA-256 " + installed.sha256 +
                                          " as when it was installed, got " + found.sha256};
  }
  return ok();
}

Status check_nothing_added(const Directory& folder, const protocol::ModelManifest& manifest) {
  const Result<std::vector<std::string>> names = folder.names();
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const bool listed = std::any_of(manifest.files.begin(), manifest.files.end(),
                                    [&](const auto& file) { return file.name == name; });
    if (listed || name == kManifestName) continue;
    return Error{ErrorCode::kCorrupt, folder.path().string() + " holds " +
                                          escaped_for_terminal(name) +
                                          ", which was not installed with the model"};
  }
  return ok();
}

}  // namespace

Status remove_model(const std::filesystem::path& data_folder, const ModelId& id) {
  const bool had_parts = remove_unfinished(data_folder, id);
  const Result<Directory> store = Directory::open(data_folder / "models");
  if (!store || !store->contains(id.text())) {
    if (had_parts) return ok();
    return Error{ErrorCode::kNotFound, id.text() + " is not installed", "model"};
  }
  sweep(*store);
  const Result<Directory> folder = store->open_beneath(id.text());
  if (!folder) return folder.error();
  if (Status own = check_own_files_only(*folder); !own) return own;
  const std::string removed = std::string(kRemovedPrefix) + new_ulid();
  Status moved = store->move_without_replacing(id.text(), *store, removed);
  if (moved) moved = store->sync();
  if (!moved) return moved;
  return empty_and_remove(*store, removed);
}

bool remove_unfinished(const std::filesystem::path& data_folder, const ModelId& id) {
  const Result<Directory> store = Directory::open(data_folder / "models");
  if (!store) return false;
  const Result<std::vector<std::string>> names = store->names();
  bool any = false;
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!is_unfinished(name, id)) continue;
    const Result<Directory> folder = store->open_beneath(name);
    if (!folder || ::flock(folder->fd(), LOCK_EX | LOCK_NB) != 0) continue;
    any = empty_and_remove(*store, name).has_value() || any;
  }
  return any;
}

std::string unfinished_name(const ModelId& id, std::string_view commit) {
  return std::string(kPullPrefix) + std::string(commit.substr(0, kCommitDigits)) + "-" + id.text();
}

Status verify_model(const std::filesystem::path& data_folder, const ModelId& id,
                    const TransferSink& progress, const std::stop_token& stop) {
  const Result<InstalledModel> model = find_installed_model(data_folder, id);
  if (!model) return model.error();
  const Result<Directory> folder = Directory::open(model->folder);
  if (!folder) return folder.error();
  std::vector<std::string> names;
  for (const protocol::ManifestFile& file : model->manifest.files) names.push_back(file.name);
  const auto found = hash_files(*folder, names, progress, stop);
  if (!found) return found.error();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Status same = compare(model->manifest.files[i], (*found)[i], model->folder);
    if (!same) return same;
  }
  if (Status whole = check_nothing_added(*folder, model->manifest); !whole) return whole;
  const Result<ModelFacts> facts = inspect_model(model->folder);
  return facts ? ok() : Status(facts.error());
}

}  // namespace dgx::model
