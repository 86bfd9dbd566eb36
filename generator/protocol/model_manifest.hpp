// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::protocol {

/// One file of an installed model.
struct ManifestFile {
  std::string name{};  ///< One plain component
  std::int64_t size = 0;
  std::string sha256{};  ///< 64 lower-case hexadecimal digits
};

/// What was installed, from where, under which terms: dgx-music-model.json in a model's folder.
struct ModelManifest {
  std::int64_t format = 1;  ///< Of this file; a newer one is refused
  std::string id{};
  std::string source{};    ///< "https://huggingface.co/facebook/musicgen-small", or a folder
  std::string revision{};  ///< The hub's commit; empty for an imported folder
  std::string licence{};   ///< "CC-BY-NC-4.0"
  std::string licence_accepted_at{};  ///< RFC 3339; empty where nobody was asked
  std::string installed_at{};         ///< RFC 3339
  std::vector<ManifestFile> files{};  ///< Sorted by name
};

std::string encode_manifest(const ModelManifest& manifest);
/// Failure: kMalformed, kInvalidArgument (a field of another type, a name that is no file name, a
/// size below 0, a digest that is none), kUnsupportedVersion.
Result<ModelManifest> decode_manifest(std::string_view text);

}  // namespace dgx::protocol
