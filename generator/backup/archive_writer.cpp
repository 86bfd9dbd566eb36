// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/archive_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/digest/sha256.hpp"

namespace dgx::backup {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

Error writing_failed(struct archive* handle) {
  const int cause = archive_errno(handle);
  if (cause > 0) return error_from_errno(cause, "cannot write the backup");
  const char* text = archive_error_string(handle);
  return {ErrorCode::kIo, std::string("cannot write the backup: ") + (text ? text : "unknown")};
}

Result<std::size_t> read_piece(int source, std::string& piece, std::size_t most) {
  for (;;) {
    const ssize_t count = ::read(source, piece.data(), std::min(piece.size(), most));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return error_from_errno(errno, "cannot read");
  }
}

}  // namespace

void ArchiveWriter::Close::operator()(struct archive* handle) const noexcept {
  archive_write_free(handle);
}

ArchiveWriter::ArchiveWriter(std::unique_ptr<struct archive, Close> handle)
    : handle_(std::move(handle)) {}

Result<ArchiveWriter> ArchiveWriter::open(int fd) {
  std::unique_ptr<struct archive, Close> handle(archive_write_new());
  if (!handle) return Error{ErrorCode::kOutOfMemory, "not enough memory to write a backup"};
  // "Restricted": extensions of the format only where an entry needs them.
  if (archive_write_set_format_pax_restricted(handle.get()) != ARCHIVE_OK ||
      archive_write_open_fd(handle.get(), fd) != ARCHIVE_OK) {
    return writing_failed(handle.get());
  }
  return ArchiveWriter(std::move(handle));
}

Status ArchiveWriter::begin(const std::string& name, std::int64_t size,
                            std::int64_t modified_seconds) {
  constexpr mode_t kPrivate = 0600;  // Prompts are nobody else's business, unpacked by hand or not.
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  if (!entry) return Error{ErrorCode::kOutOfMemory, "not enough memory to write a backup"};
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kPrivate);
  archive_entry_set_size(entry.get(), size);
  archive_entry_set_mtime(entry.get(), modified_seconds, 0);
  if (archive_write_header(handle_.get(), entry.get()) != ARCHIVE_OK) {
    return writing_failed(handle_.get());
  }
  return ok();
}

Status ArchiveWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t count = archive_write_data(handle_.get(), bytes.data(), bytes.size());
    if (count <= 0) return writing_failed(handle_.get());
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ok();
}

Result<WrittenEntry> ArchiveWriter::add_file(const std::string& name, int source,
                                             const std::stop_token& stop) {
  struct stat facts {};
  if (::fstat(source, &facts) != 0 || ::lseek(source, 0, SEEK_SET) != 0) {
    return error_from_errno(errno, "cannot read " + name);
  }
  if (Status begun = begin(name, facts.st_size, facts.st_mtim.tv_sec); !begun) return begun.error();
  Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  for (auto left = static_cast<std::size_t>(facts.st_size); left > 0;) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled"};
    const auto count = read_piece(source, piece, left);
    if (!count) return count.error();
    if (*count == 0) {
      return Error{ErrorCode::kConflict, name + " became shorter while it was read; try again"};
    }
    const std::string_view bytes(piece.data(), *count);
    hash.update(bytes);
    if (Status written = write(bytes); !written) return written.error();
    left -= *count;
  }
  return WrittenEntry{facts.st_size, hash.hex_digest()};
}

Result<WrittenEntry> ArchiveWriter::add_text(const std::string& name, std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  if (Status begun = begin(name, size, std::time(nullptr)); !begun) return begun.error();
  if (Status written = write(text); !written) return written.error();
  return WrittenEntry{size, sha256_of(text)};
}

Status ArchiveWriter::finish() {
  if (archive_write_close(handle_.get()) != ARCHIVE_OK) return writing_failed(handle_.get());
  return ok();
}

}  // namespace dgx::backup
