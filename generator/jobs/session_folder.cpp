// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/session_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

#include "generator/base/log.hpp"

namespace dgx::jobs {
namespace {

namespace fs = std::filesystem;
using namespace protocol;

constexpr const char* kFacts = "facts.json";
constexpr const char* kNext = "next.json";
constexpr const char* kNextDraft = "next.json.tmp";
constexpr std::size_t kLongestFile = std::size_t{64} << 10;
constexpr std::size_t kTagLength = 6;

std::string claimed_name(const std::string& id) {
  return "claimed-" + id + ".json";
}
std::string done_name(const std::string& id) {
  return "done-" + id + ".json";
}
std::string failed_name(const std::string& id) {
  return "failed-" + id + ".json";
}

Result<std::string> read_small_file(const Directory& folder, const std::string& name) {
  const auto fd = folder.open_file(name);
  if (!fd) return fd.error();
  std::string text(kLongestFile, '\0');
  const ssize_t count = ::read(fd->get(), text.data(), text.size());
  if (count < 0) return error_from_errno(errno, "cannot read " + (folder.path() / name).string());
  text.resize(static_cast<std::size_t>(count));
  return text;
}

template <typename Message>
Result<Message> read_message(const Directory& folder, const std::string& name) {
  const auto text = read_small_file(folder, name);
  if (!text) return text.error();
  auto message = decode<Message>(*text);
  if (message) return message;
  return Error{ErrorCode::kCorrupt,
               (folder.path() / name).string() + ": " + message.error().message};
}

Status write_file(const Directory& folder, const std::string& name, const std::string& text) {
  if (folder.contains(name)) {
    if (Status removed = folder.remove_file(name); !removed) return removed;
  }
  const auto fd = folder.create_file(name);
  if (!fd) return fd.error();
  const ssize_t count = ::write(fd->get(), text.data(), text.size());
  if (count == static_cast<ssize_t>(text.size())) return ok();
  return error_from_errno(count < 0 ? errno : ENOSPC,
                          "cannot write " + (folder.path() / name).string());
}

// Field 22 of proc(5): when a process began. An id that another process has by now began later.
std::optional<std::int64_t> start_of_process(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');  // The name itself may hold anything.
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int kFieldsBetween = 19;  // Fields 3 to 21
  std::string skipped;
  for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
  std::int64_t start = 0;
  if (!(fields >> start)) return std::nullopt;
  return start;
}

std::int64_t changed_at(const Directory& folder) {
  struct stat facts {};
  if (::fstatat(folder.fd(), kFacts, &facts, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
}

bool ends_with_one_of(const std::string& name, const std::vector<std::string>& open) {
  return std::any_of(open.begin(), open.end(), [&](const std::string& id) {
    return name.ends_with(id + ".json") || name.ends_with(tag_of(id) + ".wav") ||
           name.ends_with(tag_of(id) + ".mid");
  });
}

}  // namespace

std::string tag_of(const std::string& insertion_id) {
  std::string tag = insertion_id.substr(insertion_id.size() - kTagLength);
  for (char& c : tag) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return tag;
}

bool SessionFolder::ardour_runs() const {
  return facts_.pid > 0 && start_of_process(facts_.pid) == facts_.started;
}

std::optional<std::string> SessionFolder::posted_id() const {
  const auto order = read_message<InsertionOrder>(folder_, kNext);
  if (order) return order->insertion_id;
  if (order.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::string();  // Something that is in the way.
}

OrderPlace SessionFolder::place_of(const std::string& insertion_id) const {
  if (folder_.contains(claimed_name(insertion_id))) return OrderPlace::kClaimed;
  return posted_id() == insertion_id ? OrderPlace::kPosted : OrderPlace::kNowhere;
}

Result<std::optional<InsertionOutcome>> SessionFolder::outcome_of(
    const std::string& insertion_id) const {
  for (const std::string& name : {done_name(insertion_id), failed_name(insertion_id)}) {
    auto outcome = read_message<InsertionOutcome>(folder_, name);
    if (outcome) return std::optional<InsertionOutcome>(*std::move(outcome));
    if (outcome.error().code != ErrorCode::kNotFound) return std::move(outcome).error();
  }
  return std::optional<InsertionOutcome>{};
}

// A name of our own for a file of the take: Ardour names the region after it, by which the hook
// sees that an order was carried out.
Result<std::string> SessionFolder::link_to(const fs::path& file, const std::string& tag) const {
  std::string link = file.stem().string() + "-" + tag + file.extension().string();
  if (::symlinkat(file.c_str(), folder_.fd(), link.c_str()) != 0 && errno != EEXIST) {
    return error_from_errno(errno, "cannot link " + (folder_.path() / link).string());
  }
  return link;
}

Status SessionFolder::post(InsertionOrder order, const fs::path& wav) const {
  const auto link = link_to(wav, order.tag);
  if (!link) return link.error();
  order.path = (folder_.path() / *link).string();
  return post(order);
}

Status SessionFolder::post_parts(InsertionOrder order, const std::vector<fs::path>& files) const {
  order.parts.emplace();
  for (const fs::path& file : files) {
    const auto link = link_to(file, order.tag);
    if (!link) return link.error();
    *order.parts += *link + "\n";
  }
  return post(order);
}

Status SessionFolder::post(const InsertionOrder& order) const {
  if (Status written = write_file(folder_, kNextDraft, encode(order)); !written) return written;
  return folder_.move_without_replacing(kNextDraft, folder_, kNext);
}

Result<bool> SessionFolder::take_back() const {
  const Status removed = folder_.remove_file(kNext);
  if (removed) return true;
  if (removed.error().code == ErrorCode::kNotFound) return false;
  return removed.error();
}

Status SessionFolder::put_back(const std::string& insertion_id) const {
  return folder_.move_without_replacing(claimed_name(insertion_id), folder_, kNext);
}

void SessionFolder::tidy(const std::vector<std::string>& open) const {
  const auto names = folder_.names();
  if (!names) return log::warning(names.error().message);
  for (const std::string& name : *names) {
    const bool of_an_order = name.starts_with("claimed-") || name.starts_with("done-") ||
                             name.starts_with("failed-") || name.ends_with(".wav") ||
                             name.ends_with(".mid");
    if (!of_an_order || ends_with_one_of(name, open)) continue;
    if (Status gone = folder_.remove_file(name); !gone) log::warning(gone.error().message);
  }
}

std::vector<SessionFolder> session_folders(const fs::path& ardour_folder) {
  std::vector<SessionFolder> folders;
  const auto top = Directory::open(ardour_folder);
  if (!top) return folders;  // No hook ever ran.
  const auto names = top->names();
  if (!names) return folders;
  struct Newest {
    std::int64_t changed = 0;
    std::size_t index = 0;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Newest> by_process;
  for (const std::string& name : *names) {
    auto folder = top->open_beneath(name);
    if (!folder) continue;
    auto facts = read_message<ArdourFacts>(*folder, kFacts);
    if (!facts) {
      if (facts.error().code != ErrorCode::kNotFound) log::warning(facts.error().message);
      continue;
    }
    const std::int64_t changed = changed_at(*folder);
    SessionFolder found(*std::move(folder), *std::move(facts));
    const auto process = std::pair(found.facts().pid, found.facts().started);
    const auto [known, is_new] = by_process.emplace(process, Newest{changed, folders.size()});
    if (is_new) {
      folders.push_back(std::move(found));
    } else if (changed > known->second.changed) {
      known->second.changed = changed;
      folders[known->second.index] = std::move(found);
    }
  }
  return folders;
}

}  // namespace dgx::jobs
