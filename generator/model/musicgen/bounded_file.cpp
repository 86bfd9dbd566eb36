// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/bounded_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace dgx::musicgen {
namespace {

// Linux moves at most 0x7ffff000 bytes a call; a smaller step also bounds what one call can block.
constexpr std::size_t kMostBytesAtOnce = std::size_t{1} << 26U;

}  // namespace

Status read_exactly(int fd, std::uint64_t offset, std::span<std::byte> into,
                    const std::filesystem::path& path) {
  for (std::size_t done = 0; done < into.size();) {
    const std::size_t wanted = std::min(into.size() - done, kMostBytesAtOnce);
    const ::ssize_t got =
        ::pread(fd, into.data() + done, wanted, static_cast<::off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_from_errno(errno, "cannot read " + path.string());
    if (got == 0) {
      return Error{ErrorCode::kCorrupt,
                   path.string() + " ends at byte " + std::to_string(offset + done) + ", where " +
                       std::to_string(into.size() - done) + " more were expected"};
    }
    done += static_cast<std::size_t>(got);
  }
  return ok();
}

Result<std::uint64_t> file_size(int fd, const std::filesystem::path& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return error_from_errno(errno, "cannot look at " + path.string());
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<std::string> read_bounded(const Directory& folder, std::string_view name,
                                 std::uint64_t most_bytes) {
  const std::filesystem::path path = folder.path() / std::string(name);
  const Result<UniqueFd> fd = folder.open_file(name);
  if (!fd) return fd.error();
  const Result<std::uint64_t> size = file_size(fd->get(), path);
  if (!size) return size.error();
  if (*size > most_bytes) {
    return Error{ErrorCode::kCorrupt, path.string() + " may have " + std::to_string(most_bytes) +
                                          " bytes, got " + std::to_string(*size)};
  }
  std::string text(static_cast<std::size_t>(*size), '\0');
  const Status read = read_exactly(fd->get(), 0, std::as_writable_bytes(std::span(text)), path);
  if (!read) return read.error();
  return text;
}

}  // namespace dgx::musicgen
