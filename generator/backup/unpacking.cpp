// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/unpacking.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "generator/backup/archive_names.hpp"
#include "generator/backup/archive_reader.hpp"
#include "generator/backup/archive_writer.hpp"
#include "generator/base/utf8.hpp"
#include "generator/digest/sha256.hpp"

namespace dgx::backup {
namespace {

using protocol::BackupFile;
using protocol::BackupManifest;
using protocol::BackupTake;

Error not_whole(const std::string& finding) {
  return {ErrorCode::kCorrupt, "it is not a whole backup: " + finding};
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_from_errno(errno, "cannot unpack the backup");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ok();
}

class Unpacking {
 public:
  Unpacking(ArchiveReader reader, const Directory& work, Directory takes, const Progress& progress,
            const std::stop_token& stop)
      : reader_(std::move(reader)),
        work_(work),
        takes_(std::move(takes)),
        progress_(progress),
        stop_(stop) {}

  Result<BackupManifest> run() {
    std::int64_t entries = 0;
    for (;;) {
      auto entry = reader_.next();
      if (!entry) return std::move(entry).error();
      if (!entry->has_value()) return not_whole("it has no manifest, and so was cut off");
      if ((*entry)->name == kManifestEntry) break;
      if (Status unpacked = unpack_entry(**entry); !unpacked) return unpacked.error();
      progress_("unpacking", ++entries, 0);
    }
    auto manifest = read_manifest();
    if (!manifest) return manifest;
    const auto behind = reader_.next();
    if (!behind) return behind.error();
    if (behind->has_value()) return not_whole("something follows its manifest");
    if (Status same = compare(*manifest); !same) return same.error();
    if (Status synced = takes_.sync(); !synced) return synced.error();
    return manifest;
  }

 private:
  Status unpack_entry(const ArchiveEntry& entry) {
    const std::string_view name = entry.name;
    if (name == kHistoryEntry) return unpack_file(work_, entry.name, entry);
    if (name.starts_with(kTakesFolder) && is_plain_name(name.substr(kTakesFolder.size()))) {
      return unpack_file(takes_, entry.name.substr(kTakesFolder.size()), entry);
    }
    return not_whole("it holds " + escaped_for_terminal(name));
  }

  Status unpack_file(const Directory& folder, const std::string& name, const ArchiveEntry& entry) {
    const auto file = folder.create_file(name);
    if (!file && file.error().code == ErrorCode::kConflict) {
      return not_whole("it holds " + entry.name + " twice");
    }
    if (!file) return file.error();
    const bool is_history = entry.name == kHistoryEntry;
    if (is_history && ::fchmod(file->get(), 0600) != 0) {
      return error_from_errno(errno, "cannot protect the history");
    }
    Sha256 hash;
    const Status copied = reader_.read([&](std::string_view bytes) -> Status {
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled"};
      hash.update(bytes);
      return write_all(file->get(), bytes);
    });
    if (!copied) return copied;
    written_[entry.name] = {entry.size_bytes, hash.hex_digest()};
    return sync_file(file->get(), folder.path() / name);
  }

  Result<BackupManifest> read_manifest() {
    std::string text;
    const Status read = reader_.read([&text](std::string_view bytes) -> Status {
      text += bytes;
      if (text.size() <= kLargestManifest) return ok();
      return not_whole("its manifest is longer than " + std::to_string(kLargestManifest) +
                       " bytes");
    });
    if (!read) return read.error();
    auto manifest = protocol::decode_backup_manifest(text);
    if (manifest || manifest.error().code == ErrorCode::kUnsupportedVersion) return manifest;
    return not_whole("its manifest cannot be read: " + manifest.error().message);
  }

  // Each name that the manifest has is taken away; what is left is something it does not know.
  Status compare(const BackupManifest& manifest) {
    if (Status same = take_away(std::string(kHistoryEntry), {}, manifest.history_sha256); !same) {
      return same;
    }
    for (const BackupTake& take : manifest.takes) {
      for (const BackupFile& file : take.files) {
        const Status same =
            take_away(std::string(kTakesFolder) + file.name, file.size_bytes, file.sha256);
        if (!same) return same;
      }
    }
    if (written_.empty()) return ok();
    return not_whole("its manifest does not name " + written_.begin()->first);
  }

  Status take_away(const std::string& name, std::optional<std::int64_t> size,
                   const std::string& sha256) {
    const auto found = written_.find(name);
    if (found == written_.end()) return not_whole(escaped_for_terminal(name) + " is missing");
    if (found->second.sha256 != sha256 || (size && found->second.size_bytes != *size)) {
      return not_whole(name + " is not what was backed up: its SHA-256 is " + found->second.sha256 +
                       ", expected " + escaped_for_terminal(sha256));
    }
    written_.erase(found);
    return ok();
  }

  ArchiveReader reader_;
  const Directory& work_;
  Directory takes_;
  const Progress& progress_;
  const std::stop_token& stop_;
  std::map<std::string, WrittenEntry> written_{};
};

}  // namespace

Result<BackupManifest> unpack(int file, const Directory& work, const Progress& progress,
                              const std::stop_token& stop) {
  auto takes = work.make_directory("takes");
  if (!takes) return std::move(takes).error();
  auto reader = ArchiveReader::open(file);
  if (!reader) return std::move(reader).error();
  return Unpacking(*std::move(reader), work, *std::move(takes), progress, stop).run();
}

}  // namespace dgx::backup
