// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/archive_reader.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <utility>

#include "generator/base/utf8.hpp"

namespace dgx::backup {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

Error not_a_backup(const std::string& finding) {
  return {ErrorCode::kCorrupt, "it is not a whole backup: " + finding};
}

Error reading_failed(struct archive* handle) {
  const char* text = archive_error_string(handle);
  return not_a_backup(escaped_for_terminal(text != nullptr ? text : "it cannot be read"));
}

}  // namespace

void ArchiveReader::Close::operator()(struct archive* handle) const noexcept {
  archive_read_free(handle);
}

ArchiveReader::ArchiveReader(std::unique_ptr<struct archive, Close> handle)
    : handle_(std::move(handle)) {}

Result<ArchiveReader> ArchiveReader::open(int fd) {
  std::unique_ptr<struct archive, Close> handle(archive_read_new());
  if (!handle) return Error{ErrorCode::kOutOfMemory, "not enough memory to read a backup"};
  // No filters: nothing is ever unpacked, so nothing grows.
  if (archive_read_support_format_tar(handle.get()) != ARCHIVE_OK ||
      archive_read_open_fd(handle.get(), fd, kBlockBytes) != ARCHIVE_OK) {
    return reading_failed(handle.get());
  }
  return ArchiveReader(std::move(handle));
}

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  const int code = archive_read_next_header(handle_.get(), &entry);
  if (code == ARCHIVE_EOF) return std::optional<ArchiveEntry>{};
  if (code != ARCHIVE_OK) return reading_failed(handle_.get());
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) return not_a_backup("an entry has no readable name");
  const std::string shown = escaped_for_terminal(name);
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
      archive_entry_symlink(entry) != nullptr) {
    return not_a_backup(shown + " is not a regular file");
  }
  // A sparse entry can claim any size and costs nothing to write.
  if (archive_entry_sparse_count(entry) != 0) return not_a_backup(shown + " has holes");
  size_ = archive_entry_size(entry);
  if (archive_entry_size_is_set(entry) == 0 || size_ < 0) {
    return not_a_backup(shown + " has no size");
  }
  return std::optional<ArchiveEntry>({name, size_});
}

Status ArchiveReader::read(const std::function<Status(std::string_view)>& sink) {
  std::int64_t position = 0;
  for (;;) {
    const void* data = nullptr;
    std::size_t count = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(handle_.get(), &data, &count, &offset);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return reading_failed(handle_.get());
    if (offset != position) return not_a_backup("an entry has holes");
    position += static_cast<std::int64_t>(count);
    if (Status taken = sink({static_cast<const char*>(data), count}); !taken) return taken;
  }
  if (position == size_) return ok();
  return not_a_backup("an entry has " + std::to_string(position) + " bytes, and says " +
                      std::to_string(size_));
}

}  // namespace dgx::backup
