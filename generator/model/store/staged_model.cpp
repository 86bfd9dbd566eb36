// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/staged_model.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "generator/model/store/byte_text.hpp"
#include "generator/model/store/model_files.hpp"

namespace dgx::model {
namespace {

namespace fs = std::filesystem;

Error already_installed(const ModelId& id) {
  return {ErrorCode::kConflict, id.text() + " is installed already; dgx-music models verify " +
                                    id.text() + " checks it, and remove makes room for it"};
}

Status write_fully(int fd, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ::ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return error_from_errno(errno, "cannot write " + path.string());
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ok();
}

/// True if the name in `store` still is the folder that is open.
bool is_still(const Directory& store, const std::string& name, const Directory& folder) {
  struct stat here {};
  struct stat there {};
  return ::fstat(folder.fd(), &here) == 0 &&
         ::fstatat(store.fd(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

}  // namespace

Result<Directory> open_store(const fs::path& data_folder) {
  std::error_code error;
  fs::create_directories(data_folder, error);
  if (error) return error_from_errno(error.value(), "cannot create " + data_folder.string());
  const Result<Directory> data = Directory::open(data_folder);
  if (!data) return data.error();
  return data->make_directory("models");
}

Result<StagedModel> StagedModel::open(const fs::path& data_folder, const ModelId& id,
                                      const std::string& name) {
  Result<Directory> store = open_store(data_folder);
  if (!store) return store.error();
  if (store->contains(id.text())) return already_installed(id);
  Result<Directory> folder = store->make_directory(name);
  if (!folder) return folder.error();
  // Between opening and locking, another program may have finished this very installation.
  const bool locked = ::flock(folder->fd(), LOCK_EX | LOCK_NB) == 0;
  if (!locked || !is_still(*store, name, *folder)) {
    return Error{ErrorCode::kUnavailable, "another program is installing " + id.text() + " now"};
  }
  return StagedModel(*std::move(store), *std::move(folder), id, name);
}

Status StagedModel::clear() const {
  const Result<std::vector<std::string>> names = folder_.names();
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (Status removed = folder_.remove_file(name); !removed) return removed;
  }
  return ok();
}

Status StagedModel::require_space(std::uint64_t bytes) const {
  struct statvfs facts {};
  if (::fstatvfs(folder_.fd(), &facts) != 0) {
    return error_from_errno(errno, "cannot look at the disk of " + folder_.path().string());
  }
  const std::uint64_t available = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  if (bytes <= available) return ok();
  return Error{ErrorCode::kDiskFull, id_.text() + " needs " + byte_text(bytes) + " more in " +
                                         store_.path().string() + ", where " +
                                         byte_text(available) + " are left"};
}

Status StagedModel::write_manifest(const protocol::ModelManifest& manifest) const {
  if (folder_.contains(kManifestName)) {  // Of an installation that ended before its move.
    if (Status removed = folder_.remove_file(kManifestName); !removed) return removed;
  }
  const Result<UniqueFd> file = folder_.create_file(kManifestName);
  if (!file) return file.error();
  const fs::path path = folder_.path() / std::string(kManifestName);
  const std::string text = protocol::encode_manifest(manifest);
  if (Status written = write_fully(file->get(), text, path); !written) return written;
  return sync_file(file->get(), path);
}

Result<InstalledModel> StagedModel::publish(const protocol::ModelManifest& manifest) {
  const Result<ModelFacts> facts = inspect_model(folder_.path());
  if (!facts) return facts.error();
  for (const protocol::ManifestFile& file : manifest.files) {
    const Result<UniqueFd> fd = folder_.open_file(file.name);
    if (!fd) return fd.error();
    if (Status synced = sync_file(fd->get(), folder_.path() / file.name); !synced) {
      return synced.error();
    }
  }
  Status done = write_manifest(manifest);
  if (done) done = folder_.sync();
  if (done) done = store_.move_without_replacing(name_, store_, id_.text());
  if (!done && done.error().code == ErrorCode::kConflict) return already_installed(id_);
  if (done) done = store_.sync();
  if (!done) return done.error();
  return find_installed_model(store_.path().parent_path(), id_);
}

void StagedModel::discard() {
  // What cannot be removed now is hidden, and the next installation clears it.
  if (clear()) store_.remove_empty_directory(name_);
}

}  // namespace dgx::model
