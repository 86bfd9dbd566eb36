// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/installed_models.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/digest/sha256.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/store/catalogue.hpp"

namespace dgx::model {
namespace {

constexpr std::uint64_t kMostManifestBytes = 1'000'000;

std::size_t rank(const InstalledModel& model) {
  const auto known = known_models();
  const auto found = std::find_if(known.begin(), known.end(), [&](const KnownModel& entry) {
    return entry.id == model.id.text();
  });
  return static_cast<std::size_t>(found - known.begin());
}

std::string describe(const ModelId& id) {
  const KnownModel* known = find_known_model(id.text());
  return known != nullptr ? "MusicGen, " + std::string(known->summary)
                          : "MusicGen, imported from a folder";
}

Result<InstalledModel> read_model(const Directory& store, const ModelId& id) {
  const Result<Directory> folder = store.open_beneath(id.text());
  if (!folder) return folder.error();
  const auto text = musicgen::read_bounded(*folder, kManifestName, kMostManifestBytes);
  if (!text) return text.error();
  Result<protocol::ModelManifest> manifest = protocol::decode_manifest(*text);
  const std::string path = (folder->path() / std::string(kManifestName)).string();
  if (!manifest) return Error{manifest.error().code, path + ": " + manifest.error().message};
  if (manifest->id != id.text()) {
    return Error{ErrorCode::kCorrupt, path + " must be of " + id.text() + ", got \"" +
                                          escaped_for_terminal(manifest->id) + "\""};
  }
  const bool restricted = manifest->licence == kMusicGenLicence;
  return InstalledModel{id,
                        folder->path(),
                        describe(id),
                        manifest->licence.empty() ? "unknown" : manifest->licence,
                        restricted ? std::string(kMusicGenNotice) : std::string(),
                        model_sha256(*manifest),
                        *std::move(manifest)};
}

}  // namespace

std::string model_sha256(const protocol::ModelManifest& manifest) {
  std::vector<protocol::ManifestFile> files = manifest.files;
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  Sha256 digest;
  for (const protocol::ManifestFile& file : files) {
    digest.update(file.sha256 + "  " + file.name + "\n");
  }
  return digest.hex_digest();
}

Result<ModelList> list_installed_models(const std::filesystem::path& data_folder) {
  ModelList list;
  const Result<Directory> store = Directory::open(data_folder / "models");
  if (!store && store.error().code == ErrorCode::kNotFound) return list;
  if (!store) return store.error();
  const Result<std::vector<std::string>> names = store->names();
  if (!names) return names.error();
  for (const std::string& name : *names) {
    // What is being installed or removed has a name with a dot in front, which is no id.
    const Result<ModelId> id = ModelId::parse(name);
    if (!id) continue;
    Result<InstalledModel> model = read_model(*store, *id);
    if (model) {
      list.models.push_back(*std::move(model));
    } else {
      list.broken.push_back({name, model.error()});
    }
  }
  std::stable_sort(list.models.begin(), list.models.end(),
                   [](const InstalledModel& a, const InstalledModel& b) {
                     return std::pair(rank(a), a.id.text()) < std::pair(rank(b), b.id.text());
                   });
  return list;
}

Result<InstalledModel> find_installed_model(const std::filesystem::path& data_folder,
                                            const ModelId& id) {
  const Result<ModelList> list = list_installed_models(data_folder);
  if (!list) return list.error();
  std::string installed;
  for (const InstalledModel& model : list->models) {
    if (model.id == id) return model;
    installed += (installed.empty() ? "" : ", ") + model.id.text();
  }
  for (const BrokenModel& broken : list->broken) {
    if (broken.name == id.text()) {
      return Error{broken.reason.code,
                   id.text() + " is installed but cannot be used: " + broken.reason.message,
                   "model"};
    }
  }
  return Error{
      ErrorCode::kNotFound,
      id.text() + " is not installed" +
          (installed.empty() ? "; no model is, besides sketch" : "; installed: " + installed),
      "model"};
}

}  // namespace dgx::model
