// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/pad_shelf.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "plugin/loader/take_file.hpp"

namespace dgx::plugin {
namespace {

namespace fs = std::filesystem;

// A state refers to its files by links in a folder of its own, which hosts break: a link of a
// session that was renamed while open points to the old place, and lilv 0.26.0 to 0.26.2 give the
// state's own file as the folder. Names are never used for two contents, so that the same name in
// a folder beside is the same file.
fs::path where_it_is(const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = file.parent_path().parent_path();
  for (const fs::path& place : {file, folder / "files" / file.filename(),
                                folder / "scratch" / file.filename(), folder / file.filename()}) {
    if (fs::exists(place, ignored)) return place;
  }
  return file;
}

// Once a session was saved, lilv has a copy in a folder beside, and compares it with ours at each
// save, byte by byte: seconds for some minutes of music. Names tell contents, so that the copy can
// be given in place of ours.
fs::path as_saved(const fs::path& file) {
  std::error_code error;
  const fs::path copy = file.parent_path().parent_path() / "files" / file.filename();
  const auto size = fs::file_size(copy, error);
  return !error && size == fs::file_size(file, error) && !error ? copy : file;
}

}  // namespace

void PadShelf::put(int pad, fs::path file, SampleLoader& loader) {
  const MutexLock lock(mutex_);
  Pad& place = pads_[static_cast<std::size_t>(pad)];
  if (file.empty()) {
    place = Pad();
    loader.clear(pad);
  } else {
    place.wanted = file;
    place.is_restored = false;
    loader.load(pad, std::move(file));
  }
  count();
}

void PadShelf::restore(const Files& files, SampleLoader& loader) {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const int pad = static_cast<int>(i);
    pads_[i] = Pad();
    if (files[i].empty()) {
      loader.clear(pad);
      continue;
    }
    pads_[i].file = where_it_is(files[i]);
    pads_[i].wanted = pads_[i].file;
    pads_[i].is_restored = true;
    loader.load(pad, pads_[i].file);
  }
  count();
}

bool PadShelf::told(const LoadOutcome& outcome, SampleLoader& loader) {
  std::string problem;
  {
    const MutexLock lock(mutex_);
    Pad& pad = pads_[static_cast<std::size_t>(outcome.pad)];
    if (pad.wanted != outcome.file) return false;  // Something else was put there meanwhile.
    settle(pad, outcome, loader);
    problem = pad.problem;
    count();
  }
  if (!problem.empty() && host_.warn) host_.warn(problem);
  return outcome.status.has_value();
}

void PadShelf::settle(Pad& pad, const LoadOutcome& outcome, SampleLoader& loader) {
  const bool was_restored = std::exchange(pad.is_restored, false);
  pad.wanted.clear();
  if (!outcome.status) {
    pad.problem = "Pad " + std::to_string(outcome.pad + 1) + ": " + outcome.status.error().message;
    if (was_restored) loader.clear(outcome.pad);
    return;
  }
  pad.file = outcome.file;
  pad.sha256 = outcome.sha256;
  pad.problem.clear();
  keep(pad);
}

void PadShelf::keep(Pad& pad) {
  if (!host_.make_path || pad.sha256.empty()) return;
  const fs::path target = host_.make_path(kept_name(pad.file, pad.sha256));
  if (!target.is_absolute() || target == pad.file) return;
  if (const Status kept = keep_file(pad.file, target); !kept) {
    // It plays all the same, from where it lies.
    pad.problem = "The session does not hold '" + pad.file.string() + "': " + kept.error().message;
    return;
  }
  pad.file = target;
}

fs::path PadShelf::file(int pad) const {
  const MutexLock lock(mutex_);
  const Pad& place = pads_[static_cast<std::size_t>(pad)];
  return place.wanted.empty() ? place.file : place.wanted;
}

PadShelf::Files PadShelf::files_to_save() {
  const MutexLock lock(mutex_);
  Files files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    keep(pads_[i]);
    files[i] = pads_[i].wanted.empty() ? as_saved(pads_[i].file) : pads_[i].wanted;
  }
  count();
  return files;
}

std::string PadShelf::notice() const {
  const MutexLock lock(mutex_);
  std::string text;
  for (const Pad& pad : pads_) {
    if (!pad.problem.empty()) text += (text.empty() ? "" : "\n") + pad.problem;
  }
  return text;
}

void PadShelf::count() {
  const auto is_loaded = [](const Pad& pad) { return !pad.sha256.empty(); };
  const auto has_problem = [](const Pad& pad) { return !pad.problem.empty(); };
  loaded_ = static_cast<int>(std::count_if(pads_.begin(), pads_.end(), is_loaded));
  missing_ = static_cast<int>(std::count_if(pads_.begin(), pads_.end(), has_problem));
}

}  // namespace dgx::plugin
