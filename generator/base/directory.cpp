// SPDX-License-Identifier: Apache-2.0
#include "generator/base/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "generator/base/utf8.hpp"

namespace dgx {
namespace {

namespace fs = std::filesystem;

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Error bad_name(std::string_view name) {
  return {ErrorCode::kInvalidArgument,
          "a file name must be one component without '/', \"..\" or control characters, got \"" +
              escaped_for_terminal(name) + "\""};
}

int open_beneath_by_kernel(int parent, const fs::path& relative) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(kFolderFlags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, parent, relative.c_str(), &how, sizeof how));
}

// For kernels before 5.6, and for sandboxes that refuse a call they do not know.
int open_beneath_by_walk(int parent, const fs::path& relative) {
  UniqueFd folder(::fcntl(parent, F_DUPFD_CLOEXEC, 0));
  for (const fs::path& component : relative) {
    if (component.empty() || component == ".") continue;
    if (component == ".." || component.is_absolute()) {
      errno = EXDEV;
      return -1;
    }
    folder.reset(::openat(folder.get(), component.c_str(), kFolderFlags | O_NOFOLLOW));
    if (!folder.valid()) return -1;
  }
  return folder.release();
}

}  // namespace

bool is_file_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name == "." || name == ".." || !is_utf8(name)) {
    return false;
  }
  for (std::size_t position = 0; position < name.size();) {
    const auto code_point = next_code_point(name, position);
    if (!code_point || *code_point == U'/' || is_control(*code_point)) return false;
  }
  return true;
}

Error error_from_errno(int error_number, const std::string& what) {
  const std::string message = what + ": " + std::strerror(error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorCode::kDiskFull, message};
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::kNotFound, message};
    case EEXIST:
      return {ErrorCode::kConflict, message};
    case ENOMEM:
      return {ErrorCode::kOutOfMemory, message};
    default:
      return {ErrorCode::kIo, message};
  }
}

Status sync_file(int fd, const fs::path& what) {
  if (::fsync(fd) != 0) return error_from_errno(errno, "cannot make " + what.string() + " durable");
  return ok();
}

Result<Directory> Directory::open(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), kFolderFlags));
  if (!fd.valid()) return error_from_errno(errno, "cannot open the folder " + path.string());
  return Directory(std::move(fd), path);
}

Result<Directory> Directory::open_beneath(const fs::path& relative) const {
  const fs::path full = path_ / relative;
  int fd = open_beneath_by_kernel(fd_.get(), relative);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    fd = open_beneath_by_walk(fd_.get(), relative);
  }
  if (fd >= 0) return Directory(UniqueFd(fd), full);
  if (errno == ELOOP || errno == EXDEV) {
    return Error{ErrorCode::kInvalidArgument,
                 full.string() + " leaves " + path_.string() + " by a link or \"..\""};
  }
  return error_from_errno(errno, "cannot open the folder " + full.string());
}

Result<Directory> Directory::make_directory(std::string_view name) const {
  if (!is_file_name(name)) return bad_name(name);
  const std::string text(name);
  if (::mkdirat(fd_.get(), text.c_str(), 0700) != 0 && errno != EEXIST) {
    return error_from_errno(errno, "cannot create the folder " + (path_ / text).string());
  }
  return open_beneath(text);
}

Result<UniqueFd> Directory::create_file(std::string_view name) const {
  if (!is_file_name(name)) return bad_name(name);
  const std::string text(name);
  UniqueFd fd(
      ::openat(fd_.get(), text.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd.valid()) return error_from_errno(errno, "cannot create " + (path_ / text).string());
  return fd;
}

Result<UniqueFd> Directory::open_or_create_file(std::string_view name) const {
  return open_regular(name, O_RDWR | O_CREAT);
}

Result<UniqueFd> Directory::open_file(std::string_view name) const {
  return open_regular(name, O_RDONLY);
}

Result<UniqueFd> Directory::open_regular(std::string_view name, int flags) const {
  if (!is_file_name(name)) return bad_name(name);
  const std::string text(name);
  const std::string full = (path_ / text).string();
  UniqueFd fd(::openat(fd_.get(), text.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!fd.valid() && errno == ELOOP) {
    return Error{ErrorCode::kInvalidArgument, full + " is a link"};
  }
  if (!fd.valid()) return error_from_errno(errno, "cannot open " + full);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return error_from_errno(errno, "cannot look at " + full);
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, full + " is not a regular file"};
  }
  return fd;
}

Status Directory::move_without_replacing(std::string_view name, const Directory& target,
                                         std::string_view target_name) const {
  if (!is_file_name(name)) return bad_name(name);
  if (!is_file_name(target_name)) return bad_name(target_name);
  const std::string from(name);
  const std::string to(target_name);
  if (::renameat2(fd_.get(), from.c_str(), target.fd(), to.c_str(), RENAME_NOREPLACE) == 0) {
    return ok();
  }
  // Some network file systems know no RENAME_NOREPLACE; link(2) refuses to replace as well.
  if (errno == EINVAL && ::linkat(fd_.get(), from.c_str(), target.fd(), to.c_str(), 0) == 0) {
    return remove_file(name);
  }
  return error_from_errno(
      errno, "cannot move " + (path_ / from).string() + " to " + (target.path() / to).string());
}

Status Directory::remove_file(std::string_view name) const {
  if (!is_file_name(name)) return bad_name(name);
  const std::string text(name);
  if (::unlinkat(fd_.get(), text.c_str(), 0) == 0) return ok();
  return error_from_errno(errno, "cannot remove " + (path_ / text).string());
}

void Directory::remove_empty_directory(std::string_view name) const {
  const std::string text(name);
  // A folder that is in use, or not there, is what the caller is ready for.
  if (is_file_name(name)) ::unlinkat(fd_.get(), text.c_str(), AT_REMOVEDIR);
}

bool Directory::contains(std::string_view name) const {
  const std::string text(name);
  return is_file_name(name) && ::faccessat(fd_.get(), text.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<std::vector<std::string>> Directory::names() const {
  const int copy = ::openat(fd_.get(), ".", kFolderFlags);
  if (copy < 0) return error_from_errno(errno, "cannot list " + path_.string());
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    return error_from_errno(errno, "cannot list " + path_.string());
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status Directory::sync() const {
  return sync_file(fd_.get(), path_);
}

bool Directory::is_writable() const {
  return ::faccessat(fd_.get(), ".", W_OK | X_OK, AT_EACCESS) == 0;
}

}  // namespace dgx
