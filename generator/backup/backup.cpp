// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/backup.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "generator/audio/wav_reader.hpp"
#include "generator/backup/archive_names.hpp"
#include "generator/backup/archive_reader.hpp"
#include "generator/backup/archive_writer.hpp"
#include "generator/base/directory.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/base/version.hpp"
#include "generator/digest/sha256.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/take_files.hpp"
#include "generator/protocol/backup_manifest.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::backup {
namespace {

namespace fs = std::filesystem;
using protocol::BackupFile;
using protocol::BackupManifest;
using protocol::BackupTake;

/// A file that is gone at the end of the scope, whatever happened; one that was moved away stays.
class TemporaryFile {
 public:
  TemporaryFile(const Directory& folder, std::string name)
      : folder_(folder), name_(std::move(name)) {}
  ~TemporaryFile() {
    // Where it is gone, it was moved or never made.
    static_cast<void>(folder_.remove_file(name_));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] fs::path path() const { return folder_.path() / name_; }

 private:
  const Directory& folder_;
  std::string name_;
};

// The paths of a take's files, the WAV first. The original product's takes have no receipt, and so
// no other files.
std::vector<fs::path> paths_of(const protocol::Take& take) {
  const fs::path wav = take.file_path;
  std::vector<fs::path> paths = {wav};
  const auto receipt = protocol::decode_receipt(take.receipt_json);
  if (!receipt || receipt->file_path.empty()) return paths;
  const std::vector<std::string> names = jobs::file_names_of(*receipt);
  for (std::size_t i = 1; i < names.size(); ++i) paths.push_back(wav.parent_path() / names[i]);
  return paths;
}

// Files of a take in the trash lie in a folder beside the others, and their row names the place to
// which they would come back.
constexpr const char* kTrash = ".trash";

Result<UniqueFd> open_take_file(const fs::path& path) {
  const auto folder = Directory::open(path.parent_path());
  if (!folder) return folder.error();
  const std::string name = path.filename().string();
  auto file = folder->open_file(name);
  if (file || file.error().code != ErrorCode::kNotFound) return file;
  const auto trash = folder->open_beneath(kTrash);
  auto trashed = trash ? trash->open_file(name) : Result<UniqueFd>(trash.error());
  return trashed ? std::move(trashed) : std::move(file);
}

Error too_large(std::size_t bytes) {
  return {ErrorCode::kInvalidArgument,
          "the history is too large for one backup: its list would "
          "have " +
              std::to_string(bytes) + " bytes, and may have " + std::to_string(kLargestManifest)};
}

/// Writes the entries of one backup and keeps account of them.
class Packing {
 public:
  Packing(ArchiveWriter writer, const Progress& progress, const std::stop_token& stop)
      : writer_(std::move(writer)), progress_(progress), stop_(stop) {}

  Status add_history(int file) {
    const auto written = writer_.add_file(std::string(kHistoryEntry), file, stop_);
    if (!written) return written.error();
    manifest_.history_sha256 = written->sha256;
    return ok();
  }

  Status add_takes(history::HistoryStore& snapshot, std::int64_t total) {
    return snapshot.visit_published_takes([&](const protocol::Take& take) {
      if (Status added = add_take(take); !added) return added;
      progress_("copying", ++summary_.takes, total);
      return ok();
    });
  }

  Status finish() {
    manifest_.program_version = kVersion;
    manifest_.created_at = now_rfc3339();
    const std::string text = encode(manifest_);
    if (text.size() > kLargestManifest) return too_large(text.size());
    const auto written = writer_.add_text(std::string(kManifestEntry), text);
    if (!written) return written.error();
    return writer_.finish();
  }

  [[nodiscard]] const BackupManifest& manifest() const { return manifest_; }
  [[nodiscard]] BackupSummary& summary() { return summary_; }

 private:
  Status add_take(const protocol::Take& take) {
    BackupTake entry{take.id, {}};
    for (const fs::path& path : paths_of(take)) {
      const auto file = open_take_file(path);
      if (!file) {  // A take that was cancelled or thrown away a moment ago, or long lost.
        summary_.warnings.push_back(file.error().message);
        continue;
      }
      if (path == take.file_path) compare_audio(take, file->get());
      auto added = add_file(take.id, path, file->get());
      if (!added) return added.error();
      entry.files.push_back(*std::move(added));
    }
    manifest_.takes.push_back(std::move(entry));
    return ok();
  }

  // A WAV that somebody changed is kept as it is, but not in silence.
  void compare_audio(const protocol::Take& take, int file) {
    const auto receipt = protocol::decode_receipt(take.receipt_json);
    if (!receipt || receipt->audio_sha256.empty()) return;
    const auto hash = wav_audio_sha256(file);
    if (hash && *hash == receipt->audio_sha256) return;
    summary_.warnings.push_back(take.file_path + " is not what was made: its receipt says " +
                                receipt->audio_sha256 + ", its samples are " +
                                (hash ? *hash : hash.error().message));
  }

  Result<BackupFile> add_file(const std::string& take_id, const fs::path& path, int file) {
    const std::string name = free_name(take_id, path.filename().string());
    auto written = writer_.add_file(std::string(kTakesFolder) + name, file, stop_);
    if (!written) return std::move(written).error();
    ++summary_.files;
    summary_.bytes += written->size_bytes;
    return BackupFile{name, path.string(), written->size_bytes, written->sha256};
  }

  // Takes of different folders may have the same name; a name that tar would have to rewrite is
  // replaced. The id makes it the only one.
  std::string free_name(const std::string& take_id, const std::string& name) {
    if (is_plain_name(name) && names_.insert(name).second) return name;
    const std::string ending = fs::path(name).extension().string();
    std::string own = take_id + "-" + (is_plain_name(name) ? name : "file" + ending);
    if (!is_plain_name(own)) own = take_id;
    while (!names_.insert(own).second) own += "-";
    return own;
  }

  ArchiveWriter writer_;
  const Progress& progress_;
  const std::stop_token& stop_;
  BackupManifest manifest_{};
  BackupSummary summary_{};
  std::set<std::string> names_{};
};

std::map<std::string, std::string> hashes_of(const BackupManifest& manifest) {
  std::map<std::string, std::string> hashes = {
      {std::string(kHistoryEntry), manifest.history_sha256},
      {std::string(kManifestEntry), sha256_of(encode(manifest))}};
  for (const BackupTake& take : manifest.takes) {
    for (const BackupFile& file : take.files) {
      hashes[std::string(kTakesFolder) + file.name] = file.sha256;
    }
  }
  return hashes;
}

// The file as it lies on the disk has to hold what was meant.
Status verify(int file, const BackupManifest& manifest, const Progress& progress,
              const std::stop_token& stop) {
  auto expected = hashes_of(manifest);
  const auto total = static_cast<std::int64_t>(expected.size());
  if (::lseek(file, 0, SEEK_SET) != 0) return error_from_errno(errno, "cannot read the backup");
  auto reader = ArchiveReader::open(file);
  if (!reader) return reader.error();
  for (;;) {
    const auto entry = reader->next();
    if (!entry) return entry.error();
    if (!entry->has_value()) break;
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled"};
    Sha256 hash;
    const Status read = reader->read([&](std::string_view bytes) {
      hash.update(bytes);
      return ok();
    });
    if (!read) return read;
    const auto found = expected.find((*entry)->name);
    if (found == expected.end() || found->second != hash.hex_digest()) {
      return Error{ErrorCode::kCorrupt, (*entry)->name + " on the disk is not what was written"};
    }
    expected.erase(found);
    progress("verifying", total - static_cast<std::int64_t>(expected.size()), total);
  }
  if (expected.empty()) return ok();
  return Error{ErrorCode::kCorrupt, expected.begin()->first + " is missing on the disk"};
}

Result<std::int64_t> count_takes(history::HistoryStore& snapshot) {
  std::int64_t count = 0;
  const Status counted = snapshot.visit_published_takes([&count](const protocol::Take&) {
    ++count;
    return ok();
  });
  if (!counted) return counted.error();
  return count;
}

Result<history::HistoryStore> take_snapshot(const fs::path& history_file, const fs::path& copy) {
  auto store = history::HistoryStore::open(history_file, history::OpenMode::kReadOnly);
  if (!store) return store;
  if (Status copied = store->copy_to(copy); !copied) return copied.error();
  return history::HistoryStore::open(copy, history::OpenMode::kReadOnly);
}

Result<BackupSummary> pack(const Directory& folder, const TemporaryFile& temporary,
                           const fs::path& history_file, const Progress& progress,
                           const std::stop_token& stop) {
  const TemporaryFile copy(folder, temporary.name() + ".history");
  auto snapshot = take_snapshot(history_file, copy.path());
  if (!snapshot) return snapshot.error();
  const auto total = count_takes(*snapshot);
  if (!total) return total.error();
  const auto copy_file = folder.open_file(copy.name());
  if (!copy_file) return copy_file.error();
  const auto file = folder.create_file(temporary.name());
  if (!file) return file.error();
  if (::fchmod(file->get(), 0600) != 0) return error_from_errno(errno, "cannot protect the backup");

  auto writer = ArchiveWriter::open(file->get());
  if (!writer) return writer.error();
  Packing packing(*std::move(writer), progress, stop);
  if (Status added = packing.add_history(copy_file->get()); !added) return added.error();
  if (Status added = packing.add_takes(*snapshot, *total); !added) return added.error();
  if (Status finished = packing.finish(); !finished) return finished.error();
  if (Status synced = sync_file(file->get(), temporary.path()); !synced) return synced.error();
  const Status verified = verify(file->get(), packing.manifest(), progress, stop);
  if (!verified) return verified.error();
  return std::move(packing.summary());
}

}  // namespace

Result<BackupSummary> write_backup(const fs::path& history_file, const fs::path& target,
                                   const Progress& progress, const std::stop_token& stop) {
  const fs::path path = fs::absolute(target);
  const std::string name = path.filename().string();
  const auto folder = Directory::open(path.parent_path());
  if (!folder) return folder.error();
  if (!is_file_name(name)) {
    return Error{ErrorCode::kInvalidArgument, path.string() + " is not the name of a file"};
  }
  if (folder->contains(name)) {
    return Error{ErrorCode::kConflict,
                 path.string() + " is there already, and a backup replaces nothing"};
  }
  const TemporaryFile temporary(*folder, ".dgx-music-backup-" + new_ulid());
  auto summary = pack(*folder, temporary, history_file, progress, stop);
  if (!summary) return summary;
  const Status moved = folder->move_without_replacing(temporary.name(), *folder, name);
  if (!moved) return moved.error();
  if (Status synced = folder->sync(); !synced) return synced.error();
  return summary;
}

}  // namespace dgx::backup
