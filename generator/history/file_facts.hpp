// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "generator/base/result.hpp"

namespace dgx::history {

/// What lies on the disk under the name of a database, told by the file system.
struct FileFacts {
  bool exists = false;
  bool folder_writable = false;
  std::int64_t size = 0;
  std::int64_t log_size = 0;      ///< Of the -wal file: what is written but not yet in the file
  std::int64_t journal_size = 0;  ///< Of the -journal file: what an interrupted writer has to undo
  std::int64_t modified_ns = 0;

  /// True if the file alone says all there is.
  [[nodiscard]] bool is_at_rest() const { return exists && log_size == 0 && journal_size == 0; }
  bool operator==(const FileFacts&) const = default;
};

/// Asks the file system alone. kCorrupt for what cannot be a database: a folder, a device, less
/// than one page, a log without its file.
Result<FileFacts> look_at(const std::filesystem::path& file);

/// How many bytes check_header() wants.
inline constexpr std::size_t kHeaderBytes = 100;

/// kCorrupt where `header`, the first bytes of the file, says that it is no database, or a longer
/// one than this.
Status check_header(const std::filesystem::path& file, const FileFacts& facts,
                    std::string_view header);

/// Creates an empty file that only its owner may read; one that is there by now is fine, too.
Status create_private_file(const std::filesystem::path& file);

/// Makes the creation and removal of files in the file's folder durable.
Status sync_folder_of(const std::filesystem::path& file);

}  // namespace dgx::history
