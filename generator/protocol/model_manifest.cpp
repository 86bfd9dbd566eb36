// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/model_manifest.hpp"

#include <algorithm>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"

namespace dgx::protocol {

template <typename F, Is<ManifestFile> T>
void describe(F& f, T& m) {
  f("name", m.name);
  f("size", m.size);
  f("sha256", m.sha256);
}

template <typename F, Is<ModelManifest> T>
void describe(F& f, T& m) {
  f("format", m.format);
  f("id", m.id);
  f("source", m.source);
  f("revision", m.revision);
  f("licence", m.licence);
  f("licence_accepted_at", m.licence_accepted_at);
  f("installed_at", m.installed_at);
  f("files", m.files);
}

namespace {

constexpr std::int64_t kFormat = 1;

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char digit) {
           return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
         });
}

Status check_file(const ManifestFile& file) {
  if (is_file_name(file.name) && file.size >= 0 && is_digest(file.sha256)) return ok();
  return Error{ErrorCode::kInvalidArgument,
               "a file of a model needs a plain name, a size and a SHA-256, got \"" +
                   escaped_for_terminal(file.name) + "\", " + std::to_string(file.size) +
                   " and \"" + escaped_for_terminal(file.sha256) + "\""};
}

}  // namespace

std::string encode_manifest(const ModelManifest& manifest) {
  return write_json(object_of(manifest), 2) + "\n";
}

Result<ModelManifest> decode_manifest(std::string_view text) {
  auto manifest = decode_fields<ModelManifest>(text);
  if (!manifest) return manifest;
  if (manifest->format != kFormat) {
    return Error{ErrorCode::kUnsupportedVersion, "the manifest of a model must have the format " +
                                                     std::to_string(kFormat) + ", got " +
                                                     std::to_string(manifest->format)};
  }
  for (const ManifestFile& file : manifest->files) {
    if (Status sound = check_file(file); !sound) return sound.error();
  }
  return manifest;
}

}  // namespace dgx::protocol
