// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/backup_manifest.hpp"

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"

namespace dgx::protocol {

template <typename F, Is<BackupFile> T>
void describe(F& f, T& m) {
  f("name", m.name);
  f("path", m.path);
  f("size_bytes", m.size_bytes);
  f("sha256", m.sha256);
}
template <typename F, Is<BackupTake> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("files", m.files);
}
template <typename F, Is<BackupManifest> T>
void describe(F& f, T& m) {
  f("format", m.format);
  f("program_version", m.program_version);
  f("created_at", m.created_at);
  f("history_sha256", m.history_sha256);
  f("takes", m.takes);
}

std::string encode(const BackupManifest& manifest) {
  return write_json(object_of(manifest));
}

Result<BackupManifest> decode_backup_manifest(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return object.error();
  BackupManifest manifest;
  manifest.format = 0;
  if (Status read = read_fields(*object, "", manifest); !read) return read.error();
  if (manifest.format == kBackupFormat) return manifest;
  return Error{ErrorCode::kUnsupportedVersion,
               "the backup has format " + std::to_string(manifest.format) +
                   ", and this program knows format " + std::to_string(kBackupFormat)};
}

}  // namespace dgx::protocol
