// SPDX-License-Identifier: Apache-2.0
#include "generator/history/file_facts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
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
constexpr std::size_t kWriteFormatOffset = 18;
constexpr std::size_t kReadFormatOffset = 19;
constexpr unsigned char kNewestFormat = 2;  // The log format, WAL

std::string name_of(const fs::path& file) {
  return "the history database " + file.string();
}

std::int64_t size_or_zero(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_size : 0;
}

Status check_header(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return error_from_errno(errno, "cannot open " + name_of(file));
  std::array<char, 100> header{};
  const ssize_t count = ::pread(fd.get(), header.data(), header.size(), 0);
  if (count < 0) return error_from_errno(errno, "cannot read " + name_of(file));
  const std::string_view bytes(header.data(), static_cast<std::size_t>(count));
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return sqlite::damaged(file, "it is not an SQLite database");
  }
  // SQLite would open a newer write format for reading only, and fail at the first change.
  if (bytes.size() < header.size() ||
      static_cast<unsigned char>(header[kWriteFormatOffset]) > kNewestFormat ||
      static_cast<unsigned char>(header[kReadFormatOffset]) > kNewestFormat) {
    return sqlite::damaged(file, "its header is not one that SQLite 3 writes");
  }
  return ok();
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
  if (Status fine = check_header(file); !fine) return fine.error();
  return facts;
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
