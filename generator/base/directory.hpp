// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx {

/// True for one plain component of a path: not empty, not "." or "..", no '/', no NUL, no control
/// character, valid UTF-8, at most 255 bytes.
[[nodiscard]] bool is_file_name(std::string_view name);

/// An open folder. All file access of the service goes through one of these: names are single
/// components, links are never followed, nothing is ever overwritten, and a folder that is swapped
/// for another after it was opened makes no difference. Owns its descriptor.
///
/// Failure: kNotFound, kInvalidArgument (a name that is not is_file_name, a link, not a regular
/// file), kConflict (exists already), kDiskFull, kIo; messages carry the full path as opened.
class Directory {
 public:
  /// Opens an absolute path of the user's own choosing; links in it are followed.
  static Result<Directory> open(const std::filesystem::path& path);

  /// Opens a folder below this one. `relative` may have several components; none of them may be
  /// a link or "..". (openat2 with RESOLVE_BENEATH, or a walk where the kernel lacks it.)
  [[nodiscard]] Result<Directory> open_beneath(const std::filesystem::path& relative) const;

  /// Creates the folder with mode 0700 unless it is there, and opens it.
  [[nodiscard]] Result<Directory> make_directory(std::string_view name) const;

  /// Creates a new file (O_EXCL) with mode 0644, open for reading and writing.
  [[nodiscard]] Result<UniqueFd> create_file(std::string_view name) const;

  /// Opens a regular file for reading and writing and keeps what it holds; creates it (0644) where
  /// there is none.
  [[nodiscard]] Result<UniqueFd> open_or_create_file(std::string_view name) const;

  /// Opens an existing regular file for reading. A FIFO or device is refused without blocking.
  [[nodiscard]] Result<UniqueFd> open_file(std::string_view name) const;

  /// Moves `name` to `target_name` in `target`, which must not exist there: kConflict if it does.
  Status move_without_replacing(std::string_view name, const Directory& target,
                                std::string_view target_name) const;

  Status remove_file(std::string_view name) const;
  /// Removes a folder below this one if it is empty; leaves it where it is not.
  void remove_empty_directory(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> names() const;
  /// Makes creations and moves in this folder durable.
  Status sync() const;
  /// True if a file could be created here now.
  [[nodiscard]] bool is_writable() const;

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// For messages and records; the descriptor is what counts.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  [[nodiscard]] Result<UniqueFd> open_regular(std::string_view name, int flags) const;
  Directory(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::filesystem::path path_;
};

/// fsync(2) as a Status; `what` names the file in the message.
Status sync_file(int fd, const std::filesystem::path& what);

/// The error that errno stands for: kDiskFull, kNotFound, kOutOfMemory or kIo.
Error error_from_errno(int error_number, const std::string& what);

}  // namespace dgx
