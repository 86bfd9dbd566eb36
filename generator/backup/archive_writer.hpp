// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

struct archive;

namespace dgx::backup {

/// Size and hash of an entry as it was written.
struct WrittenEntry {
  std::int64_t size_bytes = 0;
  std::string sha256{};
};

/// Writes a tar file (POSIX.1-2001) of regular files, without compression, for WAVs hardly shrink
/// and any tar can read it. Owns libarchive's state, not the descriptor it writes to.
/// Failure: kDiskFull, kIo; kConflict where a file became shorter while it was read.
class ArchiveWriter {
 public:
  static Result<ArchiveWriter> open(int fd);

  /// Adds what can be read from `source`, from its beginning; kCancelled soon after `stop`.
  Result<WrittenEntry> add_file(const std::string& name, int source, const std::stop_token& stop);
  Result<WrittenEntry> add_text(const std::string& name, std::string_view text);
  /// Writes the end; nothing can be added any more.
  Status finish();

 private:
  struct Close {
    void operator()(struct archive* handle) const noexcept;
  };
  explicit ArchiveWriter(std::unique_ptr<struct archive, Close> handle);

  Status begin(const std::string& name, std::int64_t size, std::int64_t modified_seconds);
  Status write(std::string_view bytes);

  std::unique_ptr<struct archive, Close> handle_;
};

}  // namespace dgx::backup
