// SPDX-License-Identifier: Apache-2.0
#include "generator/history/file_facts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "generator/base/directory.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/history/sqlite.hpp"

namespace dgx::history {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

// The first bytes of the file: https://www.sqlite.org/fileformat2.html#the_database_header
constexpr std::string_view kMagic = "SQLite format 3\0"sv;
constexpr std::int64_t kSmallestPage = 512;
constexpr std::size_t kPageSizeOffset = 16;
constexpr std::size_t kWriteFormatOffset = 18;
constexpr std::size_t kReadFormatOffset = 19;
constexpr std::size_t kChangeCounterOffset = 24;
constexpr std::size_t kPageCountOffset = 28;
constexpr std::size_t kLengthSetAtOffset = 92;
constexpr std::uint32_t kNewestFormat = 2;  // The log format, WAL

std::string name_of(const fs::path& file) {
  return "the history database " + file.string();
}

std::int64_t size_or_zero(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_size : 0;
}

std::uint32_t big_endian(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(offset, count)) {
    value = (value << 8) | static_cast<unsigned char>(byte);
  }
  return value;
}

// Whether the file is shorter than its header says. Only a file at rest can be held to that, and
// only if the writer that set the length was the last one to write.
bool is_cut_off(std::string_view header, const FileFacts& facts) {
  if (!facts.is_at_rest()) return false;
  if (big_endian(header, kChangeCounterOffset, 4) != big_endian(header, kLengthSetAtOffset, 4)) {
    return false;
  }
  const std::uint32_t stored = big_endian(header, kPageSizeOffset, 2);
  const std::int64_t page_size = stored == 1 ? 65536 : stored;  // 65,536 does not fit 16 bits.
  return facts.size < page_size * big_endian(header, kPageCountOffset, 4);
}

}  // namespace

Result<FileFacts> look_at(const fs::path& file) {
  FileFacts facts;
  const fs::path folder = fs::absolute(file).parent_path();
  facts.folder_writable = ::access(folder.c_str(), W_OK) == 0;
  facts.log_size = size_or_zero(file.string() + "-wal");
  facts.journal_size = size_or_zero(file.string() + "-journal");
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) {
    facts.exists = true;
    facts.size = status.st_size;
    facts.modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (!S_ISREG(status.st_mode)) return sqlite::damaged(file, "it is not a regular file");
  } else if (errno != ENOENT) {
    return error_from_errno(errno, "cannot open " + name_of(file));
  }
  if (facts.size == 0) {
    // SQLite would throw such a log away, and with it what the lost file held last.
    if (facts.log_size == 0) return facts;
    return sqlite::damaged(file, "it is empty, but its log " + file.string() + "-wal is not");
  }
  if (facts.size < kSmallestPage) return sqlite::damaged(file, "it ends within its first page");
  return facts;
}

Status check_header(const fs::path& file, const FileFacts& facts, std::string_view header) {
  if (header.substr(0, kMagic.size()) != kMagic) {
    return sqlite::damaged(file, "it is not an SQLite database");
  }
  // SQLite would open a newer write format for reading only, and fail at the first change.
  if (big_endian(header, kWriteFormatOffset, 1) > kNewestFormat ||
      big_endian(header, kReadFormatOffset, 1) > kNewestFormat) {
    return sqlite::damaged(file, "its header is not one that SQLite 3 writes");
  }
  if (is_cut_off(header, facts)) return sqlite::damaged(file, "it is shorter than it was written");
  return ok();
}

Status create_private_file(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.valid() || errno == EEXIST) return ok();
  return error_from_errno(errno, "cannot create " + name_of(file));
}

Status sync_folder_of(const fs::path& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  Result<Directory> directory = Directory::open(folder);
  if (!directory) return directory.error();
  return directory->sync();
}

}  // namespace dgx::history
