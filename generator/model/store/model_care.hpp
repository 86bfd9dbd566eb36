// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/model/store/model_id.hpp"
#include "generator/model/store/transfer_progress.hpp"

namespace dgx::model {

/// Takes a model out of the store: one move makes it gone, and then its files are removed; a
/// program that dies between leaves a hidden folder, which the next call sweeps away. A folder
/// that holds anything but regular files ending in .safetensors, .json or .model is left as it is,
/// because somebody put that there. Takes, and other models, are never touched. What unfinished
/// pulls of the model have fetched goes with it, or alone where no more is there.
///
/// Failure: kNotFound, kConflict (such a file, named), kIo.
Status remove_model(const std::filesystem::path& data_folder, const ModelId& id);

/// Removes what unfinished pulls of the model have fetched; true where there was any. Leaves what
/// another program is fetching now.
bool remove_unfinished(const std::filesystem::path& data_folder, const ModelId& id);

/// The folder of an unfinished pull, a name that is no ModelId.
std::string unfinished_name(const ModelId& id, std::string_view commit);

/// Reads every file of an installed model again and compares it with what was installed, then
/// opens the parts as the engine does.
///
/// Failure: kNotFound; kCorrupt, which names the file and both digests or sizes; kCancelled.
Status verify_model(const std::filesystem::path& data_folder, const ModelId& id,
                    const TransferSink& progress, const std::stop_token& stop);

}  // namespace dgx::model
