// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

struct archive;

namespace dgx::backup {

struct ArchiveEntry {
  std::string name{};
  std::int64_t size_bytes = 0;
};

/// Reads what ArchiveWriter writes: a tar file of regular files, not compressed. Everything else
/// that a tar file may hold (links, devices, folders, holes, packed data) is kCorrupt, and so is a
/// damaged or cut-off file. What is read is never more than the file has bytes.
class ArchiveReader {
 public:
  /// Reads from `fd`, which stays the caller's, from its position on.
  static Result<ArchiveReader> open(int fd);

  /// The next entry; nothing at the end. What was not read of the one before is passed over.
  Result<std::optional<ArchiveEntry>> next();
  /// The content of the current entry, in pieces. A failing sink ends it.
  Status read(const std::function<Status(std::string_view)>& sink);

 private:
  struct Close {
    void operator()(struct archive* handle) const noexcept;
  };
  explicit ArchiveReader(std::unique_ptr<struct archive, Close> handle);

  std::unique_ptr<struct archive, Close> handle_;
  std::int64_t size_ = 0;  // Of the current entry
};

}  // namespace dgx::backup
