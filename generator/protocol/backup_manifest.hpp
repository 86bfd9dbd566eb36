// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::protocol {

inline constexpr std::int64_t kBackupFormat = 1;

/// One file of a backup.
struct BackupFile {
  std::string name{};  ///< In the backup's folder of takes
  std::string path{};  ///< Where it lay when the backup was made
  std::int64_t size_bytes = 0;
  std::string sha256{};
};

struct BackupTake {
  std::string take_id{};
  std::vector<BackupFile> files{};  ///< The WAV first; without those that were lost already
};

/// The last entry of a backup: what it consists of.
struct BackupManifest {
  std::int64_t format = kBackupFormat;
  std::string program_version{};
  std::string created_at{};  ///< RFC 3339, UTC
  std::string history_sha256{};
  std::vector<BackupTake> takes{};
};

std::string encode(const BackupManifest& manifest);
/// kUnsupportedVersion for a format of a newer program.
Result<BackupManifest> decode_backup_manifest(std::string_view text);

}  // namespace dgx::protocol
