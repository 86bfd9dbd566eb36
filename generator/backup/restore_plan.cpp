// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/restore_plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "generator/digest/sha256.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::backup {
namespace {

namespace fs = std::filesystem;
using protocol::BackupFile;
using protocol::BackupManifest;
using protocol::BackupTake;
using protocol::Receipt;
using protocol::Take;

/// One take on its way to the data folder, under one choice of names.
struct Placing {
  std::vector<PlannedFile> files{};
  std::vector<std::string> sha256{};       ///< Of each file as it will lie there
  std::string file_path{};                 ///< Of the WAV
  std::optional<Receipt> moved_receipt{};  ///< Where its paths are no longer what they were
};

using Paths = std::map<std::string, std::string>;  ///< From where a file lay to where it will lie

std::string moved(const Paths& paths, const std::string& path) {
  const auto found = paths.find(path);
  return found == paths.end() ? path : found->second;
}

// The receipt may speak of an older place of the same files; the row says where they were last.
std::optional<Receipt> moved_receipt(const Take& take, const Paths& paths) {
  const auto old = protocol::decode_receipt(take.receipt_json);
  if (!old || old->file_path.empty()) return std::nullopt;
  const fs::path folder = fs::path(take.file_path).parent_path();
  const auto place = [&](const std::string& path) {
    const fs::path name = fs::path(path).filename();
    const std::string last = (folder / name).string();
    return paths.contains(last) ? paths.at(last) : path;
  };
  Receipt receipt = *old;
  receipt.file_path = place(receipt.file_path);
  if (receipt.midi_path) receipt.midi_path = place(*receipt.midi_path);
  for (protocol::StemFile& stem : receipt.stems) stem.file_path = place(stem.file_path);
  if (protocol::encode(receipt) == protocol::encode(*old)) return std::nullopt;
  return receipt;
}

Placing place(const Take& take, const BackupTake& entry, const std::string& prefix,
              const fs::path& takes) {
  Placing placing;
  Paths paths;
  for (const BackupFile& file : entry.files) {
    placing.files.push_back({file.name, prefix + file.name, false});
    placing.sha256.push_back(file.sha256);
    paths[file.path] = (takes / (prefix + file.name)).string();
  }
  placing.file_path = moved(paths, take.file_path);
  placing.moved_receipt = moved_receipt(take, paths);
  if (!placing.moved_receipt) return placing;
  const std::string receipt_path = fs::path(take.file_path).replace_extension(".json").string();
  for (std::size_t i = 0; i < entry.files.size(); ++i) {
    if (entry.files[i].path != receipt_path) continue;
    placing.sha256[i] = sha256_of(protocol::encode_for_people(*placing.moved_receipt));
  }
  return placing;
}

// True if each name is free, or taken by the same content.
Result<bool> fits(Placing& placing, const Directory& takes) {
  for (std::size_t i = 0; i < placing.files.size(); ++i) {
    PlannedFile& file = placing.files[i];
    if (!takes.contains(file.to)) continue;
    if (!takes.open_file(file.to)) return false;  // A folder, a link, a pipe.
    const auto hash = sha256_of_file(takes.path() / file.to);
    if (!hash) return hash.error();
    if (*hash != placing.sha256[i]) return false;
    file.is_there = true;
  }
  return true;
}

Result<Placing> find_place(const Take& take, const BackupTake& entry, const Directory& takes) {
  for (const std::string& prefix : {std::string(), take.id + "-"}) {
    Placing placing = place(take, entry, prefix, takes.path());
    const auto fitting = fits(placing, takes);
    if (!fitting) return fitting.error();
    if (*fitting) return placing;
  }
  return Error{ErrorCode::kConflict, "other files lie under the names of take " + take.id + " in " +
                                         takes.path().string()};
}

Status rewrite(const Directory& folder, const std::string& name, const std::string& text) {
  if (Status removed = folder.remove_file(name); !removed) return removed;
  const auto file = folder.create_file(name);
  if (!file) return file.error();
  if (::write(file->get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return error_from_errno(errno, "cannot write " + (folder.path() / name).string());
  }
  return sync_file(file->get(), folder.path() / name);
}

Status rewrite_receipt(const Placing& placing, const Directory& unpacked) {
  if (!placing.moved_receipt) return ok();
  const std::string text = protocol::encode_for_people(*placing.moved_receipt);
  for (std::size_t i = 0; i < placing.files.size(); ++i) {
    if (placing.sha256[i] != sha256_of(text)) continue;
    if (Status written = rewrite(unpacked, placing.files[i].from, text); !written) return written;
  }
  return ok();
}

class Planning {
 public:
  Planning(const BackupManifest& manifest, const Directory& unpacked, const Directory& takes)
      : unpacked_(unpacked), takes_(takes) {
    for (const BackupTake& take : manifest.takes) entries_[take.take_id] = &take;
  }

  Status add(const Take& take) {
    const auto entry = entries_.find(take.id);
    if (entry == entries_.end()) return mismatch("its manifest does not name take " + take.id);
    auto placing = find_place(take, *entry->second, takes_);
    if (!placing) return std::move(placing).error();
    if (Status written = rewrite_receipt(*placing, unpacked_); !written) return written;
    if (placing->file_path != take.file_path || placing->moved_receipt) {
      plan_.moved.push_back(
          {take.id, placing->file_path,
           placing->moved_receipt ? protocol::encode(*placing->moved_receipt) : take.receipt_json});
    }
    plan_.files.insert(plan_.files.end(), placing->files.begin(), placing->files.end());
    entries_.erase(entry);
    return ok();
  }

  Result<RestorePlan> result() {
    if (entries_.empty()) return std::move(plan_);
    return mismatch("its history does not know take " + entries_.begin()->first);
  }

 private:
  static Error mismatch(const std::string& finding) {
    return {ErrorCode::kCorrupt, "it is not a whole backup: " + finding};
  }

  const Directory& unpacked_;
  const Directory& takes_;
  std::map<std::string, const BackupTake*> entries_{};
  RestorePlan plan_{};
};

}  // namespace

Result<RestorePlan> plan_restore(history::HistoryStore& history, const BackupManifest& manifest,
                                 const Directory& unpacked, const Directory& takes) {
  Planning planning(manifest, unpacked, takes);
  const Status planned =
      history.visit_published_takes([&](const Take& take) { return planning.add(take); });
  if (!planned) return planned.error();
  return planning.result();
}

}  // namespace dgx::backup
