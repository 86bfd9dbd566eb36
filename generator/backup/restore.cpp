// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/restore.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "generator/backup/archive_names.hpp"
#include "generator/backup/restore_plan.hpp"
#include "generator/backup/unpacking.hpp"
#include "generator/base/directory.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/data_lock.hpp"

namespace dgx::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorkFolder = ".restore";

// A log without its database may still hold changes; an empty one is what any reader leaves.
bool holds_history(const fs::path& file, const std::string& ending) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (!fs::exists(status)) return false;
  if (ending.empty() || !fs::is_regular_file(status)) return true;
  return fs::file_size(file, error) > 0 || error;
}

Status expect_no_history(const fs::path& data_folder) {
  for (const std::string ending : {"", "-wal", "-journal"}) {
    const fs::path file = data_folder / (std::string(kHistoryEntry) + ending);
    if (!holds_history(file, ending)) continue;
    return Error{ErrorCode::kConflict, file.string() +
                                           " is there, and a backup is only restored where there "
                                           "is no history; nothing was changed: move it away, or "
                                           "name another folder as DGX_MUSIC_DATA_DIR"};
  }
  return ok();
}

Result<UniqueFd> open_backup(const fs::path& backup) {
  // Not to wait for the other end of a pipe.
  UniqueFd file(::open(backup.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return error_from_errno(errno, "cannot open the backup " + backup.string());
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, backup.string() + " is not a regular file"};
  }
  return file;
}

/// The folder in which everything is prepared. Gone, with what it holds, at the end of the scope;
/// one that a killed restore left behind is gone at its beginning.
class WorkFolder {
 public:
  static Result<WorkFolder> make(const Directory& data) {
    std::error_code error;
    fs::remove_all(data.path() / kWorkFolder, error);
    auto folder = data.make_directory(kWorkFolder);
    if (!folder) return std::move(folder).error();
    return WorkFolder(*std::move(folder));
  }
  WorkFolder(WorkFolder&& other) noexcept
      : folder_(std::move(other.folder_)), owned_(std::exchange(other.owned_, false)) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;  // The next restore takes it away.
    if (owned_) fs::remove_all(folder_.path(), ignored);
  }
  [[nodiscard]] const Directory& folder() const { return folder_; }

 private:
  explicit WorkFolder(Directory folder) : folder_(std::move(folder)) {}
  Directory folder_;
  bool owned_ = true;
};

/// Moves files among the takes, and takes those back that it moved unless it is told to keep them.
class Publication {
 public:
  Publication(const Directory& unpacked, const Directory& takes)
      : unpacked_(unpacked), takes_(takes) {}
  ~Publication() {
    for (const std::string& name : moved_) static_cast<void>(takes_.remove_file(name));
  }
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;

  Status move(const RestorePlan& plan) {
    for (const PlannedFile& file : plan.files) {
      if (file.is_there) continue;
      const Status moved = unpacked_.move_without_replacing(file.from, takes_, file.to);
      if (!moved) return moved;
      moved_.push_back(file.to);
    }
    return takes_.sync();
  }
  void keep() { moved_.clear(); }

 private:
  const Directory& unpacked_;
  const Directory& takes_;
  std::vector<std::string> moved_{};
};

// The history is closed when this returns, and so one file again.
Result<RestorePlan> prepare_history(const protocol::BackupManifest& manifest, const Directory& work,
                                    const Directory& unpacked, const Directory& takes) {
  auto history =
      history::HistoryStore::open(work.path() / kHistoryEntry, history::OpenMode::kReadWrite);
  if (!history) return std::move(history).error();
  if (Status whole = history->check_integrity(); !whole) return whole.error();
  auto plan = plan_restore(*history, manifest, unpacked, takes);
  if (!plan) return plan;
  if (Status moved = history->move_takes(plan->moved); !moved) return moved.error();
  return plan;
}

RestoreSummary summarise(const protocol::BackupManifest& manifest, const RestorePlan& plan) {
  RestoreSummary summary;
  summary.takes = static_cast<std::int64_t>(manifest.takes.size());
  summary.files = static_cast<std::int64_t>(plan.files.size());
  summary.moved = static_cast<std::int64_t>(plan.moved.size());
  for (const auto& take : manifest.takes) summary.lost += take.files.empty() ? 1 : 0;
  return summary;
}

Result<RestoreSummary> restore_into(const Directory& data, int file, const Progress& progress,
                                    const std::stop_token& stop) {
  const auto work = WorkFolder::make(data);
  if (!work) return work.error();
  const auto manifest = unpack(file, work->folder(), progress, stop);
  if (!manifest) return manifest.error();
  const auto unpacked = work->folder().open_beneath("takes");
  if (!unpacked) return unpacked.error();
  const auto takes = data.make_directory("takes");
  if (!takes) return takes.error();
  const auto plan = prepare_history(*manifest, work->folder(), *unpacked, *takes);
  if (!plan) return plan.error();
  const std::string history(kHistoryEntry);
  if (work->folder().contains(history + "-wal")) {
    return Error{ErrorCode::kInternal, "the restored history is still in use"};
  }
  if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled"};

  Publication publication(*unpacked, *takes);
  if (Status moved = publication.move(*plan); !moved) return moved.error();
  if (Status moved = work->folder().move_without_replacing(history, data, history); !moved) {
    return moved.error();
  }
  publication.keep();
  if (Status synced = data.sync(); !synced) return synced.error();
  return summarise(*manifest, *plan);
}

}  // namespace

Result<RestoreSummary> restore_backup(const fs::path& backup, const fs::path& data_folder,
                                      const std::function<void()>& on_wait,
                                      const Progress& progress, const std::stop_token& stop) {
  if (Status free = expect_no_history(data_folder); !free) return free.error();
  const auto file = open_backup(backup);
  if (!file) return file.error();
  const auto lock = jobs::DataLock::acquire(data_folder, on_wait, stop);
  if (!lock) return lock.error();
  // Whoever had the lock may have begun one.
  if (Status free = expect_no_history(data_folder); !free) return free.error();
  const auto data = Directory::open(data_folder);
  if (!data) return data.error();
  auto restored = restore_into(*data, file->get(), progress, stop);
  if (restored) return restored;
  data->remove_empty_directory("takes");
  if (restored.error().code == ErrorCode::kCancelled) return restored;
  Error error = restored.error();
  error.message = backup.string() + " was not restored: " + error.message;
  return error;
}

}  // namespace dgx::backup
