// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "generator/base/result.hpp"
#include "generator/model/hub/hub_connection.hpp"
#include "generator/model/store/catalogue.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/transfer_progress.hpp"

namespace dgx::model {

struct PullOptions {
  std::filesystem::path data_folder{};
  HubOptions hub{};
  std::string revision = "main";      ///< A branch, tag or commit of the repository
  std::string licence_accepted_at{};  ///< RFC 3339
};

/// Fetches a known model and installs it:
///   1. the hub's list of files at the revision, from which on the commit it names is used;
///   2. the files that make up a model (select_model_files()), each checked by its size and, where
///      the hub keeps one, its SHA-256; weights without a SHA-256 are refused. A repository that
///      lacks spiece.model gets T5's own, from google-t5/t5-base, which MusicGen was trained with;
///   3. all parts opened as the engine does; then one move.
/// What was fetched before a failure or an interrupt stays in a hidden folder of the commit, and
/// the next call goes on from there; a file with a wrong digest does not stay.
///
/// Failure: as HubConnection; kConflict (installed already), kInvalidArgument (pickles only),
/// kCorrupt (a digest, which the sentence gives with the one expected; not a model), kDiskFull
/// (said before fetching where it can be known).
Result<InstalledModel> pull_model(const KnownModel& model, const PullOptions& options,
                                  const TransferSink& progress, const std::stop_token& stop);

}  // namespace dgx::model
