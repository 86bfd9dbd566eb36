// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/publisher.hpp"

#include <algorithm>
#include <utility>

#include "generator/base/log.hpp"

namespace dgx::jobs {
namespace {

/// Names that are removed again unless the whole take is published. Room for them is made in the
/// beginning: a file that has its name must not stay for want of memory to note it down.
class Undo {
 public:
  explicit Undo(std::size_t names) { created_.reserve(names); }
  ~Undo() {
    for (const auto& [folder, name] : created_) {
      if (Status removed = folder->remove_file(name);
          !removed && removed.error().code != ErrorCode::kNotFound) {
        log::warning(removed.error().message);
      }
    }
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  void add(const Directory& folder, std::string&& name) {
    created_.emplace_back(&folder, std::move(name));
  }
  void keep_all() { created_.clear(); }

 private:
  std::vector<std::pair<const Directory*, std::string>> created_{};
};

std::string temporary_name(const std::string& take_id, const PublishedFile& file) {
  return take_id + file.ending;
}

// What a killed process left under this very name is ours to remove: take ids are unique.
Status write_temporary(const Directory& temporary, const std::string& name,
                       const PublishedFile& file, const std::stop_token& stop) {
  const Error cancelled{ErrorCode::kCancelled, "cancelled while writing"};
  if (stop.stop_requested()) return cancelled;
  if (temporary.contains(name)) {
    if (Status removed = temporary.remove_file(name); !removed) return removed;
  }
  auto fd = temporary.create_file(name);
  if (!fd) return std::move(fd).error();
  if (Status written = file.write(fd->get()); !written) return written;
  if (stop.stop_requested()) return cancelled;
  if (Status synced = sync_file(fd->get(), temporary.path() / name); !synced) return synced;
  if (stop.stop_requested()) return cancelled;
  return file.verify ? file.verify(fd->get()) : ok();
}

}  // namespace

bool names_are_free(const Directory& folder, const std::string& base_name,
                    const std::vector<PublishedFile>& files) {
  return std::none_of(files.begin(), files.end(), [&](const PublishedFile& file) {
    return folder.contains(base_name + file.ending);
  });
}

Status publish_files(const Directory& folder, const std::string& take_id,
                     const std::string& base_name, const std::vector<PublishedFile>& files,
                     const std::stop_token& stop, const StepHook& on_step) {
  auto temporary = folder.make_directory(kTemporaryFolder);
  if (!temporary) return std::move(temporary).error();
  const auto publish = [&]() -> Status {
    Undo undo(2 * files.size());
    for (const PublishedFile& file : files) {
      const std::string name = temporary_name(take_id, file);
      undo.add(*temporary, std::string(name));
      if (Status written = write_temporary(*temporary, name, file, stop); !written) return written;
    }
    if (on_step) on_step("fsynced");
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled while writing"};
    for (auto last = files.rbegin(); last != files.rend(); ++last) {
      const PublishedFile& file = *last;
      std::string name = base_name + file.ending;
      Status moved = temporary->move_without_replacing(temporary_name(take_id, file), folder, name);
      if (!moved) return moved;
      undo.add(folder, std::move(name));
    }
    if (Status synced = folder.sync(); !synced) return synced;
    undo.keep_all();
    if (on_step) on_step("renamed");
    return ok();
  };
  Status published = publish();
  folder.remove_empty_directory(kTemporaryFolder);
  return published;
}

}  // namespace dgx::jobs
