// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/insertion_desk.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "generator/base/log.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::jobs {
namespace {

namespace fs = std::filesystem;
using namespace protocol;
using namespace std::chrono_literals;

// Nobody tells that a process has ended.
constexpr auto kProcessLook = 1s;
// What Ardour is doing at this moment.
constexpr auto kSoon = 50ms;
// By the version of its facts.
constexpr std::int64_t kFirstHookWithParts = 2;

Error no_session() {
  return {ErrorCode::kConflict,
          "no Ardour session is open that has the hook: open one; if one is open, run 'dgx-music "
          "ardour install' while Ardour is closed"};
}

std::string names_of(const std::vector<SessionFolder>& sessions) {
  std::string names;
  for (const SessionFolder& session : sessions) {
    names += (names.empty() ? "" : ", ") + escaped_for_terminal(session.facts().path);
  }
  return names;
}

bool is_meant(const ArdourFacts& facts, const std::string& session) {
  const fs::path asked = fs::path(session).lexically_normal();
  const fs::path folder = fs::path(facts.path).lexically_normal();
  return session == facts.name || asked == folder || asked == folder / "" ||
         (asked.extension() == ".ardour" && asked.parent_path() == folder);
}

/// The one open session that is meant.
Result<ArdourFacts> choose_session(std::vector<SessionFolder> sessions,
                                   const std::optional<std::string>& asked) {
  std::erase_if(sessions, [](const SessionFolder& session) { return !session.ardour_runs(); });
  if (sessions.empty()) return no_session();
  const std::string all = names_of(sessions);
  if (asked) {
    std::erase_if(sessions,
                  [&](const SessionFolder& session) { return !is_meant(session.facts(), *asked); });
    if (sessions.empty()) {
      return Error{ErrorCode::kConflict,
                   "the session \"" + escaped_for_terminal(*asked) + "\" is not open in Ardour; " +
                       all + " is",
                   "session"};
    }
  }
  if (sessions.size() == 1) return sessions.front().facts();
  return Error{ErrorCode::kConflict,
               "several Ardour sessions are open, say which one is meant: " + names_of(sessions),
               "session"};
}

std::optional<SessionFolder> folder_of(const fs::path& ardour_folder, const std::string& session) {
  std::optional<SessionFolder> found;
  for (SessionFolder& folder : session_folders(ardour_folder)) {
    if (folder.facts().path != session) continue;
    if (!found || folder.ardour_runs()) found = std::move(folder);
  }
  return found;
}

Error not_placeable(const Take& take, const std::string& why) {
  return {ErrorCode::kConflict, "take " + take.id + why, "take_id"};
}

/// The files of a take that can be placed one by one: its stems, then its MIDI.
Result<std::vector<fs::path>> parts_of(const Take& take) {
  const auto receipt = take.receipt_json.empty() ? Receipt() : decode_receipt(take.receipt_json);
  if (!receipt) return receipt.error();
  std::vector<fs::path> files;
  for (const StemFile& stem : receipt->stems) files.emplace_back(stem.file_path);
  if (receipt->midi_path) files.emplace_back(*receipt->midi_path);
  if (files.empty()) {
    return not_placeable(take,
                         " has neither stems nor MIDI; 'generate --stems' makes a file for each "
                         "part, where the model can: sketch does");
  }
  std::error_code error;
  for (const fs::path& file : files) {
    if (!fs::is_regular_file(file, error)) {
      return not_placeable(take,
                           " lacks a part: " + escaped_for_terminal(file.string()) + " is gone");
    }
  }
  return files;
}

Status check_parts(const Take& take, const ArdourFacts& session) {
  if (const auto parts = parts_of(take); !parts) return parts.error();
  if (session.version >= kFirstHookWithParts) return ok();
  return Error{ErrorCode::kConflict,
               "the hook in this Ardour is older than placing parts: leave Ardour, run 'dgx-music "
               "ardour install', and start it again",
               "track"};
}

Status post_files(const Take& take, InsertionOrder order, const SessionFolder& folder) {
  if (order.track != kPartsOnTracks) return folder.post(std::move(order), take.file_path);
  const auto parts = parts_of(take);
  if (!parts) return parts.error();
  return folder.post_parts(std::move(order), *parts);
}

std::string why_nobody_came(const SessionFolder& folder, bool was_claimed,
                            std::chrono::milliseconds patience) {
  if (was_claimed) {
    return "Ardour ended while it placed the take; see whether it is on the timeline, and place it "
           "again if it is not";
  }
  if (!folder.ardour_runs()) return "Ardour has ended; nothing was placed";
  if (!folder.facts().placing_is_on) {
    return "placing is switched off in Ardour: the action \"DGX: Placing on or off\" switches it "
           "on";
  }
  if (folder.facts().recording) {
    return "Ardour is recording, and nothing is placed meanwhile; place the take again afterwards";
  }
  return "Ardour did not take it within " + std::to_string(patience.count() / 1000) +
         " s: it is exporting or importing, or one of its dialogs is open";
}

}  // namespace

InsertionDesk::InsertionDesk(history::HistoryStore& store, InsertionOptions options)
    : store_(store),
      options_(std::move(options)),
      watch_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!watch_.valid()) log::warning("no takes can be placed in Ardour: inotify has no room left");
}

Result<Take> InsertionDesk::placeable_take(const std::string& take_id) {
  auto take = store_.find_take(take_id);
  if (!take) {
    Error error = std::move(take).error();
    error.field = "take_id";
    return error;
  }
  if (take->trashed_at) return not_placeable(*take, " lies in the trash; restore it first");
  if (take->status != JobStatus::kCompleted) {
    return not_placeable(
        *take, " is " + std::string(to_string(take->status)) + ", so there is nothing to place");
  }
  std::error_code error;
  if (!fs::is_regular_file(take->file_path, error)) {
    return not_placeable(
        *take, " has no file any more: " + escaped_for_terminal(take->file_path) + " is gone");
  }
  return take;
}

Result<InsertionView> InsertionDesk::add(const InsertionRequest& request) {
  if (!watch_.valid()) {
    return Error{ErrorCode::kUnavailable, "no takes can be placed: inotify has no room left"};
  }
  auto known = store_.find_insertion_by_key(request);
  if (!known) return std::move(known).error();
  if (*known) return **std::move(known);
  const auto take = placeable_take(request.take_id);
  if (!take) return take.error();
  const auto session = choose_session(session_folders(options_.ardour_folder), request.session);
  if (!session) return session.error();
  if (request.track == kPartsOnTracks) {
    if (Status fine = check_parts(*take, *session); !fine) return std::move(fine).error();
  }
  const auto added = store_.add_insertion({new_ulid(), take->id, session->path, request});
  if (!added) return added;
  if (const auto looked = look(); !looked) return looked.error();
  return store_.find_insertion(added->insertion_id);
}

Result<InsertionView> InsertionDesk::cancel(const std::string& insertion_id) {
  if (const auto looked = look(); !looked) return looked.error();
  const auto insertion = store_.find_insertion(insertion_id);
  if (!insertion) return insertion;
  if (insertion->status == InsertionStatus::kClaimed) {
    return Error{ErrorCode::kConflict, "Ardour is placing insertion " + insertion_id + " already"};
  }
  const auto folder = folder_of(options_.ardour_folder, insertion->session);
  if (insertion->status == InsertionStatus::kWaiting && folder &&
      folder->posted_id() == insertion_id) {
    const auto back = folder->take_back();
    if (!back) return back.error();
    if (!*back) {
      return Error{ErrorCode::kConflict, "Ardour is placing insertion " + insertion_id + " now"};
    }
  }
  Look look;
  if (Status ended = end(*insertion, InsertionStatus::kCancelled, {}, look); !ended) {
    return ended.error();
  }
  if (const auto looked = this->look(); !looked) return looked.error();
  return store_.find_insertion(insertion_id);
}

void InsertionDesk::drain_watch() {
  std::array<char, 4096> events{};
  while (::read(watch_.get(), events.data(), events.size()) > 0) {
  }
}

Result<InsertionDesk::Look> InsertionDesk::look() {
  drain_watch();  // Before the look, so that nothing that comes after it is missed.
  const auto open = store_.open_insertions();
  if (!open) return open.error();
  Look look;
  std::set<std::string> busy;
  for (const InsertionView& insertion : *open) {
    const bool is_first = busy.insert(insertion.session).second;
    if (Status settled = settle(insertion, is_first, look); !settled) return settled.error();
    // The next one of the session gets its turn at once.
    const auto now = store_.find_insertion(insertion.insertion_id);
    if (now && now->ended_at) busy.erase(insertion.session);
  }
  if (!look.again) unwatch_all();
  return look;
}

Status InsertionDesk::watch_folder(const SessionFolder& folder) {
  const int number =
      ::inotify_add_watch(watch_.get(), folder.path().c_str(), IN_MOVE | IN_DELETE | IN_ONLYDIR);
  if (number < 0) return error_from_errno(errno, "cannot watch " + folder.path().string());
  watched_.insert(number);
  return ok();
}

// While nothing is open, Ardour's news wake nobody.
void InsertionDesk::unwatch_all() {
  for (const int number : watched_) ::inotify_rm_watch(watch_.get(), number);
  watched_.clear();
}

Status InsertionDesk::settle(const InsertionView& insertion, bool is_first, Look& look) {
  const auto folder = folder_of(options_.ardour_folder, insertion.session);
  if (!folder) return fail(insertion, "Ardour has ended; nothing was placed", look);
  const auto outcome = folder->outcome_of(insertion.insertion_id);
  if (!outcome) return fail(insertion, outcome.error().message, look);
  if (*outcome) {
    const bool failed = (*outcome)->message.has_value();
    return end(insertion, failed ? InsertionStatus::kFailed : InsertionStatus::kDone, **outcome,
               look);
  }
  switch (folder->place_of(insertion.insertion_id)) {
    case OrderPlace::kClaimed:
      return settle_claimed(insertion, *folder, look);
    case OrderPlace::kPosted:
      return settle_posted(insertion, *folder, look);
    case OrderPlace::kNowhere:
      break;
  }
  return is_first ? post(insertion, *folder, look) : ok();
}

Status InsertionDesk::settle_claimed(const InsertionView& insertion, const SessionFolder& folder,
                                     Look& look) {
  const std::string& id = insertion.insertion_id;
  // The hook writes down what it is about to place before it claims it, and takes that back after
  // the claim is gone: so the facts are read after the claim was seen.
  const auto now = folder_of(options_.ardour_folder, insertion.session);
  if (now && now->ardour_runs() && now->facts().placing == id) {
    waiting_.erase(id);
    look.look_at(options_.clock() + kProcessLook);
    if (insertion.status == InsertionStatus::kClaimed) return ok();
    look.changed = true;
    return store_.set_insertion_claimed(id, true);
  }
  // Its Ardour is gone. The next one looks for the region before it places it again.
  if (Status watched = watch_folder(folder); !watched) return watched;
  if (Status back = folder.put_back(id); !back) {
    if (back.error().code == ErrorCode::kNotFound) {  // It has ended just now.
      look.look_at(options_.clock() + kSoon);
      return ok();
    }
    return fail(insertion, back.error().message, look);
  }
  waiting_[id] = {options_.clock() + options_.patience, true};
  look.look_at(waiting_[id].until);
  look.changed = true;
  return store_.set_insertion_claimed(id, false);
}

Status InsertionDesk::settle_posted(const InsertionView& insertion, const SessionFolder& folder,
                                    Look& look) {
  const Time now = options_.clock();
  // What a service before this one posted gets its time anew.
  const auto [waiting, is_new] =
      waiting_.try_emplace(insertion.insertion_id, Waiting{now + options_.patience, false});
  if (is_new) {
    if (Status watched = watch_folder(folder); !watched) return watched;
  }
  if (now < waiting->second.until) {
    look.look_at(waiting->second.until);
    return ok();
  }
  const auto back = folder.take_back();
  if (!back) return back.error();
  if (!*back) {  // It was claimed just now.
    look.look_at(now + kSoon);
    return ok();
  }
  return fail(insertion, why_nobody_came(folder, waiting->second.was_claimed, options_.patience),
              look);
}

Status InsertionDesk::post(const InsertionView& insertion, const SessionFolder& folder,
                           Look& look) {
  const auto take = placeable_take(insertion.take_id);
  if (!take) return fail(insertion, take.error().message, look);
  InsertionOrder order;
  order.insertion_id = insertion.insertion_id;
  order.tag = tag_of(insertion.insertion_id);
  order.name = fs::path(take->file_path).stem().string();
  order.channels = take->channels;
  order.track = insertion.track;
  order.at = insertion.at;
  if (Status watched = watch_folder(folder); !watched) {
    return fail(insertion, watched.error().message, look);
  }
  if (Status posted = post_files(*take, std::move(order), folder); !posted) {
    return fail(insertion, posted.error().message, look);
  }
  const Time until = options_.clock() + options_.patience;
  waiting_[insertion.insertion_id] = {until, insertion.status == InsertionStatus::kClaimed};
  look.look_at(until);
  return ok();
}

Status InsertionDesk::end(const InsertionView& insertion, InsertionStatus status,
                          const InsertionOutcome& outcome, Look& look) {
  if (Status ended = store_.end_insertion(insertion.insertion_id, status, outcome); !ended) {
    return ended;
  }
  waiting_.erase(insertion.insertion_id);
  look.changed = true;
  const auto folder = folder_of(options_.ardour_folder, insertion.session);
  const auto open = store_.open_insertions();
  if (!folder || !open) return ok();  // What is left over lies there until the next end.
  std::vector<std::string> ids;
  for (const InsertionView& other : *open) ids.push_back(other.insertion_id);
  folder->tidy(ids);
  return ok();
}

Status InsertionDesk::fail(const InsertionView& insertion, const std::string& message, Look& look) {
  InsertionOutcome outcome;
  outcome.message = message;
  return end(insertion, InsertionStatus::kFailed, outcome, look);
}

}  // namespace dgx::jobs
