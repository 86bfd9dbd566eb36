// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "generator/base/result.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/transfer_progress.hpp"

namespace dgx::model {

struct ImportOptions {
  std::filesystem::path data_folder{};
  std::filesystem::path source{};  ///< Files in it may be links, as in a download cache
  ModelId id;
  bool link = false;  ///< Hard links instead of copies: no second copy on the disk
  std::string licence{};
  std::string licence_accepted_at{};  ///< RFC 3339, or empty
};

/// Installs a model from a folder: takes the files that make it up (select_model_files()), hashes
/// them and opens them as the engine will. Copies share their blocks with the source where the
/// file system can do that. Whatever fails, nothing is installed and nothing is left behind.
///
/// Failure: kNotFound (no folder, a file that is needed), kInvalidArgument (pickles only), kCorrupt
/// (not a model), kConflict (the id is taken), kDiskFull, kIo, kCancelled.
Result<InstalledModel> import_model(const ImportOptions& options, const TransferSink& progress,
                                    const std::stop_token& stop);

}  // namespace dgx::model
