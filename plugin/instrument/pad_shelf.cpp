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

void PadShelf::place(Pad& pad, int number, PadTake take, SampleLoader& loader) {
  if (take.file.empty()) {
    pad = Pad();
    return loader.clear(number);
  }
  if (take.name.empty()) take.name = take.file.stem().string();
  loader.load(number, take.file);
  pad.next = std::move(take);
  pad.is_restored = false;
}

void PadShelf::put(int pad, PadTake take, SampleLoader& loader) {
  const MutexLock lock(mutex_);
  place(pads_[static_cast<std::size_t>(pad)], pad, std::move(take), loader);
  count();
}

std::optional<int> PadShelf::add(int first, PadTake take, SampleLoader& loader) {
  const MutexLock lock(mutex_);
  for (int i = 0; i < kPads; ++i) {
    const int number = (first + i) % kPads;
    Pad& pad = pads_[static_cast<std::size_t>(number)];
    if (!pad.take.file.empty() || pad.next) continue;
    place(pad, number, std::move(take), loader);
    count();
    return number;
  }
  return std::nullopt;
}

void PadShelf::restore(const PadTakes& takes, SampleLoader& loader) {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < takes.size(); ++i) {
    PadTake take = takes[i];
    if (!take.file.empty()) take.file = where_it_is(take.file);
    pads_[i] = Pad();
    pads_[i].take = take;
    place(pads_[i], static_cast<int>(i), std::move(take), loader);
    pads_[i].is_restored = pads_[i].next.has_value();
  }
  count();
}

bool PadShelf::expects(const LoadOutcome& outcome) const {
  const MutexLock lock(mutex_);
  const auto& next = pads_[static_cast<std::size_t>(outcome.pad)].next;
  return next && next->file == outcome.file;
}

bool PadShelf::told(const LoadOutcome& outcome, SampleLoader& loader) {
  if (!expects(outcome)) return false;  // Something else was put there meanwhile.
  const Kept kept = outcome.status ? keep(outcome.file, outcome.sha256) : Kept();
  std::string problem;
  {
    const MutexLock lock(mutex_);
    Pad& pad = pads_[static_cast<std::size_t>(outcome.pad)];
    if (!pad.next || pad.next->file != outcome.file) return false;
    settle(pad, outcome, kept, loader);
    problem = pad.problem;
    count();
  }
  if (!problem.empty() && host_.warn) host_.warn(problem);
  return outcome.status.has_value();
}

void PadShelf::settle(Pad& pad, const LoadOutcome& outcome, const Kept& kept,
                      SampleLoader& loader) {
  const bool was_restored = std::exchange(pad.is_restored, false);
  PadTake next = *std::exchange(pad.next, std::nullopt);
  const std::string which = "Pad " + std::to_string(outcome.pad + 1) + ": ";
  if (!outcome.status) {
    pad.problem = which + outcome.status.error().message;
    if (was_restored) loader.clear(outcome.pad);
    return;
  }
  const bool is_other = !next.sha256.empty() && next.sha256 != outcome.sha256;
  pad.problem = is_other ? which + "'" + next.file.string() +
                               "' is not the file that was on the pad; its content changed"
                         : kept.problem;
  next.file = kept.file;
  next.sha256 = outcome.sha256;
  pad.take = std::move(next);
  pad.loaded = true;
}

PadShelf::Kept PadShelf::keep(const fs::path& file, const std::string& sha256) const {
  if (!host_.make_path || sha256.empty()) return {file, {}};
  const fs::path target = host_.make_path(kept_name(file, sha256));
  if (!target.is_absolute() || target == file) return {file, {}};
  if (const Status kept = keep_file(file, target); !kept) {
    // It plays all the same, from where it lies.
    return {file, "The session does not hold '" + file.string() + "': " + kept.error().message};
  }
  return {target, {}};
}

ShownPad PadShelf::shown_of(const Pad& pad) {
  return {pad.next ? *pad.next : pad.take, pad.loaded && !pad.next, pad.problem};
}

ShownPad PadShelf::shown(int pad) const {
  const MutexLock lock(mutex_);
  return shown_of(pads_[static_cast<std::size_t>(pad)]);
}

ShownPads PadShelf::shown() const {
  const MutexLock lock(mutex_);
  ShownPads shown;
  std::transform(pads_.begin(), pads_.end(), shown.begin(), shown_of);
  return shown;
}

PadTakes PadShelf::takes_to_save() {
  PadTakes takes;
  for (std::size_t i = 0; i < takes.size(); ++i) {
    PadTake take;
    bool was_read = false;
    {
      const MutexLock lock(mutex_);
      if (pads_[i].next) {
        takes[i] = *pads_[i].next;
        continue;
      }
      take = pads_[i].take;
      was_read = pads_[i].loaded;
    }
    const Kept kept = was_read ? keep(take.file, take.sha256) : Kept{take.file, {}};
    {
      const MutexLock lock(mutex_);
      Pad& pad = pads_[i];
      if (!pad.next && pad.take.file == take.file && was_read) {
        pad.take.file = kept.file;
        if (!kept.problem.empty()) pad.problem = kept.problem;
        count();
      }
    }
    takes[i] = take;
    takes[i].file = as_saved(kept.file);
  }
  return takes;
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
  const auto is_loaded = [](const Pad& pad) { return pad.loaded; };
  const auto has_problem = [](const Pad& pad) { return !pad.problem.empty(); };
  loaded_ = static_cast<int>(std::count_if(pads_.begin(), pads_.end(), is_loaded));
  missing_ = static_cast<int>(std::count_if(pads_.begin(), pads_.end(), has_problem));
  ++changes_;
}

}  // namespace dgx::plugin
