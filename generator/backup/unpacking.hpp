// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "generator/backup/backup.hpp"
#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/backup_manifest.hpp"

namespace dgx::backup {

/// Unpacks a backup into `work`, an empty folder of the caller's: history.db and takes/<file>, each
/// durable. What comes back is true of them: every file has the size and hash that the manifest
/// names, none is missing and there is no other.
///
/// Failure: kCorrupt for everything that is not exactly such a backup, whoever made it;
/// kUnsupportedVersion, kDiskFull, kIo; kCancelled soon after `stop`. What was unpacked by then is
/// the caller's to remove.
Result<protocol::BackupManifest> unpack(int file, const Directory& work, const Progress& progress,
                                        const std::stop_token& stop);

}  // namespace dgx::backup
