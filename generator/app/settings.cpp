// SPDX-License-Identifier: Apache-2.0
#include "generator/app/settings.hpp"

#include <toml++/toml.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>

#include "generator/base/environment.hpp"

namespace dgx::app {
namespace {

namespace fs = std::filesystem;

Error at_line(const fs::path& file, const toml::source_region& where, const std::string& what) {
  return {ErrorCode::kInvalidArgument,
          file.string() + " line " + std::to_string(where.begin.line) + ": " + what};
}

Result<fs::path> absolute_path(const std::string& text, const std::string& name) {
  fs::path path(text);
  const char* home = std::getenv("HOME");
  if (text.starts_with("~/") && home != nullptr) path = fs::path(home) / text.substr(2);
  if (path.is_absolute()) return path.lexically_normal();
  return Error{ErrorCode::kInvalidArgument, name + " must be an absolute path, got " + text};
}

Result<bool> truth(const std::string& text, const std::string& name) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return Error{ErrorCode::kInvalidArgument, name + " must be true or false, got " + text};
}

Status read_roots(const toml::node& node, const fs::path& file, Settings& settings) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    return at_line(file, node.source(), "allowed_roots must be a list of folders");
  }
  for (const toml::node& item : *list) {
    const auto text = item.value<std::string>();
    if (!text) return at_line(file, item.source(), "allowed_roots must hold folders as text");
    auto path = absolute_path(*text, "allowed_roots");
    if (!path) return at_line(file, item.source(), path.error().message);
    settings.allowed_roots.push_back(*std::move(path));
  }
  return ok();
}

Status read_truth(std::string_view key, const toml::node& node, const fs::path& file, bool& into) {
  const auto value = node.value<bool>();
  if (!value) return at_line(file, node.source(), std::string(key) + " must be true or false");
  into = *value;
  return ok();
}

Status read_key(std::string_view key, const toml::node& node, const fs::path& file,
                Settings& settings) {
  if (key == "allowed_roots") return read_roots(node, file, settings);
  if (key == "soundfont") {
    const auto text = node.value<std::string>();
    if (!text) return at_line(file, node.source(), "soundfont must be a path as text");
    auto path = absolute_path(*text, "soundfont");
    if (!path) return at_line(file, node.source(), path.error().message);
    settings.soundfont = *std::move(path);
    return ok();
  }
  if (key == "embed_receipts") return read_truth(key, node, file, settings.embed_receipts);
  if (key == "gpu_free_while_rolling") {
    return read_truth(key, node, file, settings.gpu_free_while_rolling);
  }
  if (key == "hub_url") {
    const auto text = node.value<std::string>();
    if (!text) return at_line(file, node.source(), "hub_url must be an address as text");
    settings.hub_url = *text;
    return ok();
  }
  if (key == "device") {
    const auto text = node.value<std::string>();
    if (!text) return at_line(file, node.source(), "device must be auto, cpu, cuda or cuda:N");
    settings.device = *text;
    return ok();
  }
  if (key == "unload_after") {
    const auto seconds = node.value<std::int64_t>();
    if (!seconds || *seconds < 0 || *seconds > 1'000'000) {
      return at_line(file, node.source(), "unload_after must be 0 to 1000000 seconds");
    }
    settings.unload_after = *seconds;
    return ok();
  }
  if (key == "idle_exit") {
    const auto seconds = node.value<std::int64_t>();
    if (!seconds || *seconds < 1 || *seconds > 1'000'000) {
      return at_line(file, node.source(), "idle_exit must be 1 to 1000000 seconds");
    }
    settings.idle_exit = *seconds;
    return ok();
  }
  return at_line(file, node.source(),
                 "no setting is called " + std::string(key) +
                     "; there are allowed_roots, soundfont, embed_receipts, hub_url, device, "
                     "gpu_free_while_rolling, unload_after and idle_exit");
}

Status read_file(const fs::path& file, Settings& settings) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) return ok();
  if (!fs::is_regular_file(status)) {
    const std::string reason = error ? error.message() : "it is not a regular file";
    return Error{ErrorCode::kInvalidArgument, file.string() + " cannot be read: " + reason};
  }
  try {
    const toml::table table = toml::parse_file(file.string());
    for (const auto& [key, node] : table) {
      if (Status read = read_key(key.str(), node, file, settings); !read) return read;
    }
  } catch (const toml::parse_error& mistake) {
    return at_line(file, mistake.source(), std::string(mistake.description()));
  }
  return ok();
}

Status read_environment(Settings& settings) {
  if (const std::string text = environment("DGX_MUSIC_ALLOWED_ROOTS"); !text.empty()) {
    settings.allowed_roots.clear();
    std::istringstream list(text);
    for (std::string item; std::getline(list, item, ':');) {
      auto path = absolute_path(item, "DGX_MUSIC_ALLOWED_ROOTS");
      if (!path) return std::move(path).error();
      settings.allowed_roots.push_back(*std::move(path));
    }
  }
  if (const std::string text = environment("DGX_MUSIC_SOUNDFONT"); !text.empty()) {
    auto path = absolute_path(text, "DGX_MUSIC_SOUNDFONT");
    if (!path) return std::move(path).error();
    settings.soundfont = *std::move(path);
  }
  for (const auto& [name, into] :
       {std::pair{"DGX_MUSIC_EMBED_RECEIPTS", &settings.embed_receipts},
        {"DGX_MUSIC_GPU_FREE_WHILE_ROLLING", &settings.gpu_free_while_rolling}}) {
    const std::string text = environment(name);
    if (text.empty()) continue;
    const auto value = truth(text, name);
    if (!value) return value.error();
    *into = *value;
  }
  if (const std::string text = environment("DGX_MUSIC_HUB_URL"); !text.empty()) {
    settings.hub_url = text;
  }
  if (const std::string text = environment("DGX_MUSIC_DEVICE"); !text.empty()) {
    settings.device = text;
  }
  return ok();
}

// Beside this program, where the build and the installation put it.
fs::path find_engine() {
  if (const std::string text = environment("DGX_MUSIC_ENGINE"); !text.empty()) return text;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("dgx-music-engine") : self.parent_path() / "dgx-music-engine";
}

Result<Settings> default_settings() {
  auto places = find_places();
  if (!places) return std::move(places).error();
  Settings settings;
  settings.places = *std::move(places);
  settings.engine = find_engine();
  return settings;
}

}  // namespace

Result<Settings> read_settings_of_environment() {
  auto settings = default_settings();
  if (!settings) return settings;
  if (Status read = read_environment(*settings); !read) return read.error();
  return settings;
}

Result<Settings> read_settings() {
  auto settings = default_settings();
  if (!settings) return settings;
  if (Status read = read_file(settings->places.config / "config.toml", *settings); !read) {
    return read.error();
  }
  if (Status read = read_environment(*settings); !read) return read.error();
  return settings;
}

}  // namespace dgx::app
