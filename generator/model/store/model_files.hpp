// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/model/musicgen/memory_need.hpp"
#include "generator/model/store/transfer_progress.hpp"
#include "generator/protocol/model_manifest.hpp"

namespace dgx::model {

/// The files out of `names` that make up a model: config.json, generation_config.json,
/// preprocessor_config.json, spiece.model, and model.safetensors, or else
/// model.safetensors.index.json with its shards (model-00001-of-00002.safetensors). Sorted. All
/// else in a folder or on a hub, pickles above all, is not looked at.
std::vector<std::string> select_model_files(const std::vector<std::string>& names);

/// What can be told about a model from its files.
struct ModelFacts {
  std::uint64_t parameters = 0;
  std::int64_t channels = 1;
  bool takes_melody = false;
  musicgen::MemoryNeed on_processor{};
  musicgen::MemoryNeed on_card{};
};

/// Opens all three parts of a model as the engine does: weights, configuration, tokenizer.
/// Failure: the first part's own.
Result<ModelFacts> inspect_model(const std::filesystem::path& folder);

/// SHA-256 and size of each named file, read from disk. Failure: as Directory::open_file; kIo;
/// kCancelled.
Result<std::vector<protocol::ManifestFile>> hash_files(const Directory& folder,
                                                       const std::vector<std::string>& names,
                                                       const TransferSink& progress,
                                                       const std::stop_token& stop);

}  // namespace dgx::model
