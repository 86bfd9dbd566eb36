// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/output_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "generator/base/utf8.hpp"

namespace dgx::jobs {
namespace {

namespace fs = std::filesystem;

const fs::path kTakesInSession = "dgx-music/takes";

Error output_error(ErrorCode code, const std::string& message) {
  return {code, message, "output_dir"};
}

Result<Directory> with_field(Result<Directory> folder) {
  if (folder) return folder;
  return output_error(folder.error().code, folder.error().message);
}

// "" where `path` is not `root` or beneath it.
std::optional<fs::path> relative_to(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  return relative;
}

bool is_own_session(const fs::path& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0 || facts.st_uid != ::geteuid()) return false;
  const auto opened = Directory::open(folder);
  if (!opened) return false;
  const auto names = opened->names();
  return names && std::any_of(names->begin(), names->end(), [](const std::string& name) {
           return fs::path(name).extension() == ".ardour";
         });
}

// The nearest folder at or above `path` that is an Ardour session.
std::optional<fs::path> session_above(const fs::path& path) {
  for (fs::path folder = path; folder.has_relative_path(); folder = folder.parent_path()) {
    if (is_own_session(folder)) return folder;
  }
  return std::nullopt;
}

// A row may only speak of files that a power cut leaves there, and so of their folder.
Result<Directory> make_durable_directory(const Directory& parent, std::string_view name) {
  const bool is_new = !parent.contains(name);
  auto folder = parent.make_directory(name);
  if (!folder || !is_new) return folder;
  if (Status synced = parent.sync(); !synced) return std::move(synced).error();
  return folder;
}

Result<Directory> open_in_session(const Directory& session, const fs::path& relative) {
  if (relative != kTakesInSession) return session.open_beneath(relative);
  auto ours = make_durable_directory(session, "dgx-music");
  if (!ours) return ours;
  return make_durable_directory(*ours, "takes");
}

enum class Missing { kRefuse, kMake };

Result<Directory> open_asked(const fs::path& path, const OutputRules& rules, Missing missing) {
  std::vector<fs::path> roots = rules.allowed_roots;
  roots.push_back(rules.data_folder);
  for (const fs::path& root : roots) {
    const auto relative = relative_to(path, root.lexically_normal());
    if (!relative) continue;
    auto opened = Directory::open(root);
    return opened ? opened->open_beneath(*relative) : std::move(opened);
  }
  if (const auto session = session_above(path)) {
    auto opened = Directory::open(*session);
    if (!opened) return opened;
    const fs::path relative = *relative_to(path, *session);
    return missing == Missing::kMake ? open_in_session(*opened, relative)
                                     : opened->open_beneath(relative);
  }
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return output_error(ErrorCode::kNotFound, "output_dir must be an existing folder, got " +
                                                  escaped_for_terminal(path.string()));
  }
  return output_error(ErrorCode::kInvalidArgument,
                      "output_dir must be beneath " + rules.data_folder.string() +
                          ", a folder that allowed_roots in config.toml names, or an Ardour "
                          "session of yours, got " +
                          escaped_for_terminal(path.string()));
}

Result<Directory> open_default(const OutputRules& rules) {
  std::error_code error;
  fs::create_directories(rules.data_folder, error);
  if (error) {
    return output_error(ErrorCode::kIo, "cannot create the data folder " +
                                            rules.data_folder.string() + ": " + error.message());
  }
  auto data = Directory::open(rules.data_folder);
  return data ? make_durable_directory(*data, "takes") : std::move(data);
}

}  // namespace

Result<Directory> open_output_folder(const std::optional<std::string>& asked,
                                     const OutputRules& rules) {
  fs::path path = asked ? fs::path(*asked).lexically_normal() : fs::path();
  if (!path.has_filename()) path = path.parent_path();  // "/a/b/" is "/a/b".
  auto folder = with_field(asked ? open_asked(path, rules, Missing::kMake) : open_default(rules));
  if (folder && !folder->is_writable()) {
    return output_error(ErrorCode::kInvalidArgument,
                        "output_dir must be writable, got " + folder->path().string());
  }
  return folder;
}

Result<Directory> open_allowed_folder(const fs::path& folder, const OutputRules& rules) {
  return with_field(open_asked(folder, rules, Missing::kRefuse));
}

}  // namespace dgx::jobs
