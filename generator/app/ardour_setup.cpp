// SPDX-License-Identifier: Apache-2.0
#include "generator/app/ardour_setup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/environment.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUiScripts = "ui_scripts";
constexpr const char* kBackup = "ui_scripts.before-dgx-music";

std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

// Ardour finds the old text or the new one, whatever happens meanwhile.
Status write_text(const fs::path& path, const std::string& text) {
  const fs::path draft = path.string() + ".dgx-new";
  {
    const UniqueFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid()) return error_from_errno(errno, "cannot write " + draft.string());
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count != static_cast<ssize_t>(text.size())) {
      return error_from_errno(count < 0 ? errno : ENOSPC, "cannot write " + draft.string());
    }
    if (Status synced = sync_file(file.get(), draft); !synced) return synced;
  }
  if (::rename(draft.c_str(), path.c_str()) == 0) return ok();
  return error_from_errno(errno, "cannot replace " + path.string());
}

Status remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return ok();
  return error_from_errno(errno, "cannot remove " + path.string());
}

std::string variable(const std::string& environment, const std::string& name) {
  std::istringstream variables(environment);
  for (std::string entry; std::getline(variables, entry, '\0');) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return {};
}

fs::path configuration_home(const std::string& xdg, const std::string& home) {
  return fs::path(xdg).is_absolute() ? fs::path(xdg) : fs::path(home) / ".config";
}

// The program is called ardour-7.3.0~ds0; what starts it is a script.
bool runs_ardour(const fs::path& process, int version) {
  std::error_code error;
  const std::string program = fs::read_symlink(process / "exe", error).filename().string();
  return !error && program.starts_with("ardour-" + std::to_string(version) + ".");
}

Error with_file(Error error, const fs::path& file) {
  error.message = escaped_for_terminal(file.string()) + ": " + error.message;
  return error;
}

std::vector<ArdourScript> scripts_of(const std::vector<ScriptFile>& files) {
  std::vector<ArdourScript> scripts;
  for (const ScriptFile& file : files) scripts.push_back(file.script);
  return scripts;
}

bool has_any(const std::string& text, const std::vector<ScriptFile>& files) {
  return std::any_of(files.begin(), files.end(),
                     [&](const ScriptFile& file) { return has_script(text, file.script); });
}

// A file of the person's own hides the one of the system, which may hold somebody's scripts.
std::string text_to_begin_with(const ArdourConfiguration& ardour) {
  if (auto own = text_of(ardour.folder / kUiScripts)) return *std::move(own);
  return text_of("/etc/ardour" + std::to_string(ardour.version) + "/ui_scripts").value_or("");
}

}  // namespace

Result<std::vector<ArdourConfiguration>> find_ardour_configurations() {
  const fs::path home = configuration_home(environment("XDG_CONFIG_HOME"), environment("HOME"));
  std::vector<ArdourConfiguration> found;
  for (int version = 7; version <= 9; ++version) {
    std::error_code error;
    const fs::path folder = home / ("ardour" + std::to_string(version));
    if (fs::is_directory(folder, error)) found.push_back({version, folder});
  }
  if (!found.empty()) return found;
  return Error{ErrorCode::kNotFound, "no configuration of Ardour 7, 8 or 9 is in " +
                                         escaped_for_terminal(home.string()) +
                                         "; start Ardour once, and run this again"};
}

Result<std::vector<ScriptFile>> find_our_scripts() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path bin = program.parent_path();
  // Where it is installed, and in the tree that it was built in.
  std::vector<fs::path> folders = {bin / "../share/dgx-music/lua-scripts",
                                   bin / "../../lua-scripts"};
  const auto folder = std::find_if(folders.begin(), folders.end(), [&](const fs::path& candidate) {
    return fs::is_directory(candidate, error);
  });
  if (folder == folders.end()) {
    return Error{ErrorCode::kMissingDependency,
                 "the Lua scripts of this program are not at " +
                     escaped_for_terminal(folders.front().lexically_normal().string())};
  }
  std::vector<ScriptFile> scripts;
  for (const auto& entry : fs::directory_iterator(*folder, error)) {
    if (entry.path().extension() != ".lua") continue;
    auto script = read_script(text_of(entry.path()).value_or(""));
    if (!script) return with_file(std::move(script).error(), entry.path());
    scripts.push_back(
        {entry.path().filename().string(), with_program(*std::move(script), program.string())});
  }
  std::sort(scripts.begin(), scripts.end(),
            [](const ScriptFile& a, const ScriptFile& b) { return a.name < b.name; });
  return scripts;
}

ScriptsState state_of(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts) {
  const std::string text = text_of(ardour.folder / kUiScripts).value_or("");
  bool any = false;
  bool all = true;
  for (const ScriptFile& file : scripts) {
    const auto copy = text_of(ardour.folder / "scripts" / file.name);
    const bool registered = has_script(text, file.script);
    any = any || registered || copy;
    all = all && registered && copy == file.script.source;
  }
  if (!any) return ScriptsState::kAbsent;
  return all ? ScriptsState::kCurrent : ScriptsState::kOther;
}

Status expect_not_running(const ArdourConfiguration& ardour) {
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    if (!runs_ardour(process.path(), ardour.version)) continue;
    const std::string its = text_of(process.path() / "environ").value_or("");
    const fs::path home =
        configuration_home(variable(its, "XDG_CONFIG_HOME"), variable(its, "HOME"));
    std::error_code different;
    if (!fs::equivalent(home / ardour.folder.filename(), ardour.folder, different)) continue;
    return Error{ErrorCode::kConflict,
                 "Ardour " + std::to_string(ardour.version) + " runs (process " +
                     process.path().filename().string() +
                     "), and would write its own scripts over these: leave it, and run this again"};
  }
  return ok();
}

Status install_scripts(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts) {
  const fs::path file = ardour.folder / kUiScripts;
  const auto before = text_of(file);
  const std::string text = text_to_begin_with(ardour);
  const auto wanted = with_scripts(text, scripts_of(scripts));
  if (!wanted) return with_file(wanted.error(), file);
  std::error_code error;
  fs::create_directory(ardour.folder / "scripts", error);
  if (error) {
    return error_from_errno(error.value(), "cannot make " + (ardour.folder / "scripts").string());
  }
  for (const ScriptFile& script : scripts) {
    const fs::path copy = ardour.folder / "scripts" / script.name;
    if (text_of(copy) == script.script.source) continue;
    if (Status written = write_text(copy, script.script.source); !written) return written;
  }
  if (before == *wanted) return ok();
  if (before && !has_any(*before, scripts)) {
    if (Status kept = write_text(ardour.folder / kBackup, *before); !kept) return kept;
  }
  return write_text(file, *wanted);
}

Status remove_scripts(const ArdourConfiguration& ardour, const std::vector<ScriptFile>& scripts) {
  const fs::path file = ardour.folder / kUiScripts;
  const auto now = text_of(file);
  if (now && has_any(*now, scripts)) {
    const auto backup = text_of(ardour.folder / kBackup);
    const auto installed = with_scripts(backup.value_or(""), scripts_of(scripts));
    // As it was to the byte, unless somebody changed something since.
    const bool untouched = installed && *installed == *now;
    const auto wanted = untouched ? Result<std::string>(backup.value_or(""))
                                  : without_scripts(*now, scripts_of(scripts));
    if (!wanted) return with_file(wanted.error(), file);
    Status done = untouched && !backup ? remove_file(file) : write_text(file, *wanted);
    if (!done) return done;
    if (untouched) {
      if (Status gone = remove_file(ardour.folder / kBackup); !gone) return gone;
    }
  }
  for (const ScriptFile& script : scripts) {
    Status gone = remove_file(ardour.folder / "scripts" / script.name);
    if (!gone) return gone;
  }
  return ok();
}

}  // namespace dgx::app
