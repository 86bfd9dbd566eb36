// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/import_model.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/musicgen/checkpoint.hpp"
#include "generator/model/store/model_files.hpp"
#include "generator/model/store/staged_model.hpp"

namespace dgx::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{4} << 20U;

struct SourceFile {
  std::string name{};
  UniqueFd fd{};
  std::uint64_t size = 0;
};

/// Opens a file of the person's own choosing; links are followed, and it has to be a regular file.
Result<SourceFile> open_source(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / name;
  SourceFile file{name, UniqueFd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), 0};
  if (!file.fd.valid()) return error_from_errno(errno, "cannot open " + path.string());
  struct stat facts {};
  if (::fstat(file.fd.get(), &facts) != 0) {
    return error_from_errno(errno, "cannot look at " + path.string());
  }
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, path.string() + " is not a regular file"};
  }
  file.size = static_cast<std::uint64_t>(facts.st_size);
  return file;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<std::vector<std::string>> needed_names(const fs::path& source) {
  const Result<Directory> folder = Directory::open(source);
  if (!folder) return folder.error();
  const Result<std::vector<std::string>> present = folder->names();
  if (!present) return present.error();
  std::vector<std::string> names = select_model_files(*present);
  const bool has_weights =
      contains(names, "model.safetensors") || contains(names, "model.safetensors.index.json");
  if (!has_weights) {
    // Its sentence says what stands there instead, and what to do about pickles.
    const auto checkpoint = musicgen::Checkpoint::open(source);
    if (!checkpoint) return checkpoint.error();
  }
  for (const char* name : {"config.json", "spiece.model"}) {
    if (contains(names, name)) continue;
    return Error{ErrorCode::kNotFound, source.string() + " lacks " + name +
                                           ", which every MusicGen folder needs (docs/models.md)"};
  }
  return names;
}

Result<std::vector<SourceFile>> open_sources(const fs::path& source) {
  const Result<std::vector<std::string>> names = needed_names(source);
  if (!names) return names.error();
  std::vector<SourceFile> files;
  for (const std::string& name : *names) {
    Result<SourceFile> file = open_source(source, name);
    if (!file) return file.error();
    files.push_back(*std::move(file));
  }
  return files;
}

/// Saves the copying of what will be refused. Where files are links, which the readers of a model
/// do not follow, only the copy can tell.
Status check_before_copying(const fs::path& source, const std::vector<SourceFile>& files) {
  const auto is_link = [&source](const SourceFile& file) {
    std::error_code ignored;
    return fs::is_symlink(source / file.name, ignored);
  };
  if (std::any_of(files.begin(), files.end(), is_link)) return ok();
  const Result<ModelFacts> facts = inspect_model(source);
  return facts ? ok() : Status(facts.error());
}

Status link_file(const SourceFile& file, const Directory& target) {
  const std::string source = "/proc/self/fd/" + std::to_string(file.fd.get());
  if (::linkat(AT_FDCWD, source.c_str(), target.fd(), file.name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return ok();
  }
  if (errno == EXDEV) {
    return Error{ErrorCode::kInvalidArgument,
                 file.name + " is on another file system than " + target.path().string() +
                     ", where it cannot be linked; import without --link copies it"};
  }
  return error_from_errno(errno, "cannot link " + file.name);
}

Status write_block(int fd, std::span<const std::byte> block, std::uint64_t offset,
                   const fs::path& path) {
  while (!block.empty()) {
    const ::ssize_t written =
        ::pwrite(fd, block.data(), block.size(), static_cast<::off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return error_from_errno(errno, "cannot write " + path.string());
    block = block.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return ok();
}

class Copying {
 public:
  Copying(const Directory& target, const TransferSink& sink, std::stop_token stop,
          std::uint64_t total_bytes)
      : target_(target), sink_(sink), stop_(std::move(stop)) {
    position_.phase = TransferProgress::Phase::kCopying;
    position_.total_bytes = total_bytes;
  }

  Status copy(const SourceFile& file) {
    const Result<UniqueFd> fd = target_.create_file(file.name);
    if (!fd) return fd.error();
    position_.file = file.name;
    if (::ioctl(fd->get(), FICLONE, file.fd.get()) == 0) {
      position_.done_bytes += file.size;
      return ok();
    }
    const fs::path path = target_.path() / file.name;
    for (std::uint64_t offset = 0; offset < file.size;) {
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "stopped while copying"};
      const auto block = std::span(block_).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), file.size - offset)));
      Status moved = musicgen::read_exactly(file.fd.get(), offset, block, file.name);
      if (moved) moved = write_block(fd->get(), block, offset, path);
      if (!moved) return moved;
      offset += block.size();
      position_.done_bytes += block.size();
      if (sink_) sink_(position_);
    }
    return ok();
  }

 private:
  const Directory& target_;
  const TransferSink& sink_;
  std::stop_token stop_;
  TransferProgress position_{};
  std::vector<std::byte> block_ = std::vector<std::byte>(kCopyBytes);
};

Status fill(const StagedModel& staged, const std::vector<SourceFile>& sources, bool link,
            const TransferSink& progress, const std::stop_token& stop) {
  if (link) {
    for (const SourceFile& file : sources) {
      if (Status linked = link_file(file, staged.folder()); !linked) return linked;
    }
    return ok();
  }
  std::uint64_t total = 0;
  for (const SourceFile& file : sources) total += file.size;
  if (Status room = staged.require_space(total); !room) return room;
  Copying copying(staged.folder(), progress, stop, total);
  for (const SourceFile& file : sources) {
    if (Status copied = copying.copy(file); !copied) return copied;
  }
  return ok();
}

Result<InstalledModel> install(StagedModel& staged, const ImportOptions& options,
                               const std::vector<SourceFile>& sources, const TransferSink& progress,
                               const std::stop_token& stop) {
  if (Status cleared = staged.clear(); !cleared) return cleared.error();
  if (Status filled = fill(staged, sources, options.link, progress, stop); !filled) {
    return filled.error();
  }
  std::vector<std::string> names;
  for (const SourceFile& file : sources) names.push_back(file.name);
  auto files = hash_files(staged.folder(), names, progress, stop);
  if (!files) return files.error();
  protocol::ModelManifest manifest;
  manifest.id = options.id.text();
  manifest.source = fs::absolute(options.source).lexically_normal().string();
  manifest.licence = options.licence;
  manifest.licence_accepted_at = options.licence_accepted_at;
  manifest.installed_at = now_rfc3339();
  manifest.files = *std::move(files);
  return staged.publish(manifest);
}

}  // namespace

Result<InstalledModel> import_model(const ImportOptions& options, const TransferSink& progress,
                                    const std::stop_token& stop) {
  const Result<std::vector<SourceFile>> sources = open_sources(options.source);
  if (!sources) return sources.error();
  if (Status sound = check_before_copying(options.source, *sources); !sound) return sound.error();
  Result<StagedModel> staged =
      StagedModel::open(options.data_folder, options.id, ".import-" + options.id.text());
  if (!staged) return staged.error();
  Result<InstalledModel> installed = install(*staged, options, *sources, progress, stop);
  if (!installed) staged->discard();
  return installed;
}

}  // namespace dgx::model
