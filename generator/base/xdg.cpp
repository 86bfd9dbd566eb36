// SPDX-License-Identifier: Apache-2.0
#include "generator/base/xdg.hpp"

#include <unistd.h>

#include <string>

#include "generator/base/environment.hpp"

namespace dgx {
namespace {

namespace fs = std::filesystem;

// The specification says that a relative path in an XDG variable is to be ignored; our own
// variables are an explicit wish, so there it is an error.
Result<fs::path> place(const char* own, const char* xdg, const fs::path& fallback) {
  if (const std::string text = environment(own); !text.empty()) {
    if (fs::path(text).is_absolute()) return fs::path(text).lexically_normal();
    return Error{ErrorCode::kInvalidArgument,
                 std::string(own) + " must be an absolute path, got " + text};
  }
  const fs::path base = environment(xdg);
  if (base.is_absolute()) return base / "dgx-music";
  if (fallback.is_absolute()) return fallback / "dgx-music";
  return Error{ErrorCode::kInvalidArgument,
               std::string("no home folder is known: set HOME or ") + own};
}

// Where no session made a runtime folder (cron, a container) the data folder has one: every program
// of this user has to come to the same.
Result<fs::path> runtime_place(const fs::path& data) {
  const fs::path run = "/run/user/" + std::to_string(::getuid());
  std::error_code error;
  const bool was_said = !environment("DGX_MUSIC_RUNTIME_DIR").empty() ||
                        fs::path(environment("XDG_RUNTIME_DIR")).is_absolute();
  if (!was_said && !fs::is_directory(run, error)) return data / "run";
  return place("DGX_MUSIC_RUNTIME_DIR", "XDG_RUNTIME_DIR", run);
}

}  // namespace

Result<Places> find_places() {
  const fs::path home = environment("HOME");
  auto data = place("DGX_MUSIC_DATA_DIR", "XDG_DATA_HOME", home / ".local/share");
  if (!data) return std::move(data).error();
  auto config = place("DGX_MUSIC_CONFIG_DIR", "XDG_CONFIG_HOME", home / ".config");
  if (!config) return std::move(config).error();
  auto runtime = runtime_place(*data);
  if (!runtime) return std::move(runtime).error();
  return Places{*std::move(data), *std::move(config), *std::move(runtime)};
}

}  // namespace dgx
