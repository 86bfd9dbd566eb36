// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"

namespace dgx::jobs {

inline constexpr const char* kTemporaryFolder = ".tmp";

/// Told the name of a step that has just been done. Tests end the process there.
using StepHook = std::function<void(std::string_view step)>;

/// One file of a take.
struct PublishedFile {
  std::string ending{};                    ///< ".wav", ".drums.wav", ".mid", ".json"
  std::function<Status(int fd)> write{};   ///< Writes the whole file
  std::function<Status(int fd)> verify{};  ///< Re-reads it; may be empty
};

/// Publishes the files of one take in `folder` under names that begin with `base_name`, so that no
/// half-written file is ever visible and none is ever replaced:
/// each is written to .tmp/, made durable and verified, in the given order; then all are moved
/// without replacing, in the opposite order, and the folder is made durable. So the first file is
/// the last to become visible, and its presence means that the take is whole: callers put the WAV
/// there, and the receipt, which is complete only when all else is written, at the end. Only after
/// this comes the database.
///
/// Failure leaves nothing behind: what was moved already is taken back. kConflict means that one
/// of the names is taken; kCancelled comes after `stop`, but not once the first file was moved.
Status publish_files(const Directory& folder, const std::string& take_id,
                     const std::string& base_name, const std::vector<PublishedFile>& files,
                     const std::stop_token& stop = {}, const StepHook& on_step = {});

/// True if none of the files would meet an existing one.
bool names_are_free(const Directory& folder, const std::string& base_name,
                    const std::vector<PublishedFile>& files);

}  // namespace dgx::jobs
