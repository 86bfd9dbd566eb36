// SPDX-License-Identifier: Apache-2.0
#include "tests/support/torn_vfs.hpp"

#include <sqlite3.h>

#include <fstream>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>
#include <utility>

namespace dgx::test {
namespace {

namespace fs = std::filesystem;
using Kind = DiskOperation::Kind;

constexpr const char* kName = "dgx-torn";
constexpr std::size_t kSector = 512;

TornVfs* the_recorder = nullptr;
sqlite3_vfs* the_disk = nullptr;  // The VFS that is the default without us

// SQLite allocates this and, right behind it, the file of the real VFS.
struct TornFile {
  sqlite3_file base;
  sqlite3_file* real;
  std::string* path;
  bool folder_entry_is_new;
};

TornFile& torn(sqlite3_file* file) {
  return *reinterpret_cast<TornFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return torn(file).real;
}

int close_file(sqlite3_file* file) {
  const int code = real(file)->pMethods->xClose(real(file));
  delete torn(file).path;
  return code;
}

int read_file(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), data, size, offset);
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const auto length = static_cast<std::size_t>(size);
  the_recorder->note(
      {Kind::kWrite, *torn(file).path, offset, {static_cast<const char*>(data), length}});
  return real(file)->pMethods->xWrite(real(file), data, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  the_recorder->note({Kind::kTruncate, *torn(file).path, size, {}});
  return real(file)->pMethods->xTruncate(real(file), size);
}

// The unix VFS syncs the folder with the first sync of a journal or log that it has created.
int sync_file(sqlite3_file* file, int /*flags*/) {
  the_recorder->note({Kind::kSync, *torn(file).path, 0, {}});
  if (std::exchange(torn(file).folder_entry_is_new, false)) {
    the_recorder->note({Kind::kSyncFolder, *torn(file).path, 0, {}});
  }
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}

int lock_file(sqlite3_file* file, int lock) {
  return real(file)->pMethods->xLock(real(file), lock);
}

int unlock_file(sqlite3_file* file, int lock) {
  return real(file)->pMethods->xUnlock(real(file), lock);
}

int check_reserved_lock(sqlite3_file* file, int* reserved) {
  return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return real(file)->pMethods->xSectorSize(real(file));
}

int device_characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

void barrier_shared(sqlite3_file* file) {
  real(file)->pMethods->xShmBarrier(real(file));
}

int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read_file,
                                     write_file,
                                     truncate_file,
                                     sync_file,
                                     file_size,
                                     lock_file,
                                     unlock_file,
                                     check_reserved_lock,
                                     control_file,
                                     sector_size,
                                     device_characteristics,
                                     map_shared,
                                     lock_shared,
                                     barrier_shared,
                                     unmap_shared,
                                     nullptr,
                                     nullptr};

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags) {
  auto* opened = new (file) TornFile{};
  opened->real = reinterpret_cast<sqlite3_file*>(opened + 1);
  const bool existed = name != nullptr && fs::exists(name);
  const int code = the_disk->xOpen(the_disk, name, opened->real, flags, out_flags);
  if (code != SQLITE_OK || opened->real->pMethods == nullptr) return code;
  opened->base.pMethods = &kMethods;
  opened->path = new std::string(name == nullptr ? "" : name);
  opened->folder_entry_is_new = !existed;
  if (!existed) the_recorder->note({Kind::kCreate, *opened->path, 0, {}});
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
  if (fs::exists(name)) the_recorder->note({Kind::kDelete, name, 0, {}});
  const int code = the_disk->xDelete(the_disk, name, 0);
  if (sync_folder != 0) the_recorder->note({Kind::kSyncFolder, name, 0, {}});
  return code;
}

sqlite3_vfs& the_vfs() {
  static sqlite3_vfs vfs = {};
  return vfs;
}

void write_over(std::string& content, std::size_t offset, std::string_view data) {
  if (content.size() < offset + data.size()) content.resize(offset + data.size(), '\0');
  content.replace(offset, data.size(), data);
}

void apply(std::string& content, const DiskOperation& operation) {
  const auto offset = static_cast<std::size_t>(operation.offset);
  if (operation.kind == Kind::kWrite) write_over(content, offset, operation.data);
  if (operation.kind == Kind::kTruncate) content.resize(offset, '\0');
}

// Some sectors of the write arrive, others do not.
void apply_torn(std::string& content, const DiskOperation& operation, RandomStream& random) {
  const std::string_view data = operation.data;
  for (std::size_t start = 0; start < data.size(); start += kSector) {
    if (random.chance(0.5)) continue;
    write_over(content, static_cast<std::size_t>(operation.offset) + start,
               data.substr(start, kSector));
  }
}

struct Inode {
  std::string durable{};
  std::vector<const DiskOperation*> pending{};  ///< Writes and truncations since the last sync

  void sync() {
    for (const DiskOperation* operation : pending) apply(durable, *operation);
    pending.clear();
  }

  [[nodiscard]] std::string after_cut(RandomStream& random) const {
    std::string content = durable;
    for (const DiskOperation* operation : pending) {
      const std::uint32_t fate = random.below(3);
      if (fate == 0) apply(content, *operation);
      if (fate == 1 && operation->kind == Kind::kWrite) apply_torn(content, *operation, random);
    }
    return content;
  }
};

// A folder on a disk with a cache: for each name the file that it stands for safely, and behind it
// those that it came to stand for since; nullptr is no file.
class CachedFolder {
 public:
  explicit CachedFolder(const std::map<std::string, std::string>& files) {
    for (const auto& [path, content] : files) {
      entries_[path].push_back(std::make_shared<Inode>(Inode{content, {}}));
    }
  }

  void execute(const DiskOperation& operation) {
    auto& entries = entries_[operation.path];
    if (entries.empty()) entries.push_back(nullptr);
    switch (operation.kind) {
      case Kind::kCreate:
        entries.push_back(std::make_shared<Inode>());
        break;
      case Kind::kDelete:
        entries.push_back(nullptr);
        break;
      case Kind::kSyncFolder:
        sync_entries();
        break;
      case Kind::kSync:
        file_in(entries).sync();
        break;
      case Kind::kWrite:
      case Kind::kTruncate:
        file_in(entries).pending.push_back(&operation);
        break;
      case Kind::kMark:
        break;
    }
  }

  void write_after_cut(RandomStream& random, const fs::path& folder) const {
    for (const auto& [path, entries] : entries_) {
      const auto& inode = entries[random.below(static_cast<std::uint32_t>(entries.size()))];
      if (inode == nullptr) continue;
      std::ofstream(folder / fs::path(path).filename(), std::ios::binary)
          << inode->after_cut(random);
    }
  }

 private:
  using Entries = std::vector<std::shared_ptr<Inode>>;

  // A file that is written and was never created was made by somebody else: it counts as safe.
  static Inode& file_in(Entries& entries) {
    if (entries.back() == nullptr) entries = {std::make_shared<Inode>()};
    return *entries.back();
  }

  void sync_entries() {
    for (auto& [path, entries] : entries_) entries.erase(entries.begin(), entries.end() - 1);
  }

  std::map<std::string, Entries> entries_{};
};

std::string content_of(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

}  // namespace

TornVfs::TornVfs() {
  the_disk = sqlite3_vfs_find(nullptr);
  the_recorder = this;
  sqlite3_vfs& vfs = the_vfs();
  vfs = *the_disk;  // The version, the limits, and the loading of extensions
  vfs.szOsFile = static_cast<int>(sizeof(TornFile)) + the_disk->szOsFile;
  vfs.zName = kName;
  vfs.pNext = nullptr;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  sqlite3_vfs_register(&vfs, 1);
}

TornVfs::~TornVfs() {
  sqlite3_vfs_unregister(&the_vfs());
  sqlite3_vfs_register(the_disk, 1);
  the_recorder = nullptr;
}

void TornVfs::start_recording(const fs::path& folder) {
  folder_ = fs::absolute(folder);
  operations_.clear();
  at_start_.clear();
  for (const auto& entry : fs::directory_iterator(folder_)) {
    at_start_[entry.path().string()] = content_of(entry.path());
  }
}

void TornVfs::mark(std::int64_t number) {
  operations_.push_back({Kind::kMark, "", number, {}});
}

void TornVfs::note(DiskOperation operation) {
  if (action_) action_();
  const bool recorded = !folder_.empty() && fs::path(operation.path).parent_path() == folder_;
  if (recorded) operations_.push_back(std::move(operation));
}

void TornVfs::power_cut(std::size_t count, RandomStream& random, const fs::path& folder) const {
  CachedFolder disk(at_start_);
  for (std::size_t i = 0; i < count; ++i) {
    if (operations_[i].kind != Kind::kMark) disk.execute(operations_[i]);
  }
  disk.write_after_cut(random, folder);
}

}  // namespace dgx::test
