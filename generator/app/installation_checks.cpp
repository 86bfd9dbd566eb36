// SPDX-License-Identifier: Apache-2.0
#include "generator/app/installation_checks.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "generator/app/engine_command.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/machine_checks.hpp"
#include "generator/app/transfer.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "generator/model/store/installed_models.hpp"

namespace dgx::app {
namespace {

namespace fs = std::filesystem;
using protocol::PartReport;
using protocol::PartState;

PartReport missing(std::string part, std::string found, std::string remedy) {
  return {std::move(part), PartState::kMissing, std::move(found), std::move(remedy)};
}

// What is there already of a path whose end may be made later.
fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  while (path.has_relative_path() && !fs::exists(fs::symlink_status(path, ignored))) {
    path = path.parent_path();
  }
  return path;
}

std::string list_command(const fs::path& path) {
  return "ls -ld " + shell_word(path.string());
}

PartReport describe_history(history::HistoryStore& store, const fs::path& file) {
  if (Status whole = store.check_integrity(); !whole) {
    return missing(
        "history", whole.error().message,
        "mv " + shell_word(file.string()) + " " + shell_word(file.string() + ".damaged"));
  }
  const auto page = store.page({});
  if (!page) return missing("history", page.error().message, list_command(file));
  return {"history",
          PartState::kFine,
          file.string() + ", " + std::to_string(page->total) +
              (page->total == 1 ? " take" : " takes") + ", every page is whole",
          {}};
}

PartReport unusable_history(const Error& error, const fs::path& file) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return {"history", PartState::kFine, "none yet: the first take begins it", {}};
    case ErrorCode::kConflict:
      return {"history", PartState::kLacking, error.message, "dgx-music generate PROMPT"};
    case ErrorCode::kCorrupt:
      return missing(
          "history", error.message,
          "mv " + shell_word(file.string()) + " " + shell_word(file.string() + ".damaged"));
    case ErrorCode::kUnsupportedVersion:
      return missing("history", error.message, "dgx-music --version");
    default:
      return missing("history", error.message, list_command(file));
  }
}

PartReport usable_model(const protocol::ModelDescription& model) {
  return {"model " + model.identity.id,
          PartState::kFine,
          model.kernel + " on " + model.device + ", licence " + model.identity.licence,
          {}};
}

// One model is enough to make takes with.
PartReport unusable_model(const protocol::UnavailableModel& model, bool others,
                          const Settings& settings) {
  PartReport report{"model " + model.id,
                    others ? PartState::kLacking : PartState::kMissing,
                    model.error.message,
                    {}};
  if (model.id != "sketch") return report;
  report.remedy = settings.soundfont.empty()
                      ? "sudo apt install fluid-soundfont-gm"
                      : "unset DGX_MUSIC_SOUNDFONT, or name another soundfont in " +
                            (settings.places.config / "config.toml").string();
  return report;
}

PartReport describe_models(const model::ModelList& list) {
  PartReport report{"MusicGen", PartState::kFine, {}, {}};
  for (const model::InstalledModel& model : list.models) {
    report.found +=
        (report.found.empty() ? "" : ", ") + model.id.text() + " (" + model.licence + ")";
  }
  if (!list.models.empty()) return report;
  return {"MusicGen", PartState::kLacking, "no weights are installed",
          "dgx-music models pull musicgen-small"};
}

}  // namespace

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

PartReport check_configuration(const Result<Settings>& settings) {
  if (!settings) {
    const auto places = find_places();
    const std::string remedy =
        places ? "${EDITOR:-nano} " + shell_word((places->config / "config.toml").string())
               : "export HOME=/home/$USER";
    return missing("configuration", settings.error().message, remedy);
  }
  const fs::path file = settings->places.config / "config.toml";
  std::error_code ignored;
  const std::string found =
      fs::exists(file, ignored) ? file.string() : "no " + file.string() + ": all is at its default";
  return {"configuration", PartState::kFine, found, {}};
}

PartReport check_data_folder(const Settings& settings) {
  const fs::path& folder = settings.places.data;
  const fs::path there = nearest_existing(folder);
  std::error_code error;
  if (!fs::is_directory(there, error)) {
    return missing("data folder", there.string() + " is not a folder", list_command(there));
  }
  if (::access(there.c_str(), W_OK | X_OK) != 0) {
    return missing("data folder", there.string() + " cannot be written",
                   "chmod u+rwx " + shell_word(there.string()));
  }
  const fs::space_info room = fs::space(there, error);
  if (error) return missing("data folder", there.string() + ": " + error.message(), "df -h");
  return describe_room(folder, room.available, there != folder);
}

PartReport check_history(const Settings& settings) {
  const fs::path file = history_file(settings);
  auto store = history::HistoryStore::open(file, history::OpenMode::kReadOnly);
  return store ? describe_history(*store, file) : unusable_history(store.error(), file);
}

PartReport check_runtime_folder(const Settings& settings) {
  const fs::path& folder = settings.places.runtime;
  const std::string part = "runtime folder";
  struct stat facts {};
  if (::lstat(folder.c_str(), &facts) != 0) {
    const fs::path there = nearest_existing(folder);
    if (::access(there.c_str(), W_OK | X_OK) == 0) {
      return {part, PartState::kFine, folder.string() + " is made when it is needed", {}};
    }
    return {part, PartState::kLacking, there.string() + " cannot be written",
            "export DGX_MUSIC_RUNTIME_DIR=" + shell_word((settings.places.data / "run").string())};
  }
  if (!S_ISDIR(facts.st_mode)) {
    return missing(part, folder.string() + " is not a folder", list_command(folder));
  }
  if (facts.st_uid != ::geteuid()) {
    return missing(part, folder.string() + " belongs to another user", list_command(folder));
  }
  if ((facts.st_mode & 0777) != 0700) {
    return missing(part, folder.string() + " can be used by others; its mode must be 0700",
                   "chmod 700 " + shell_word(folder.string()));
  }
  return {part, PartState::kFine, folder.string() + ", for you alone", {}};
}

fs::path transfer_program() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("dgx-music-transfer") : self.parent_path() / "dgx-music-transfer";
}

// Takes are made without it.
PartReport check_transfer(const fs::path& program) {
  const std::string part = "transfer";
  std::error_code ignored;
  if (fs::is_regular_file(program, ignored) && ::access(program.c_str(), X_OK) == 0) {
    return {part, PartState::kFine, program.string(), {}};
  }
  return {part, PartState::kLacking,
          program.string() + " cannot be run: backup, restore and models pull need it",
          "scripts/install"};
}

std::vector<PartReport> check_engine(const Settings& settings) {
  jobs::EngineSupervisor engine(engine_command(settings));
  const auto models = engine.models();
  if (!models) return {missing("engine", models.error().message, "scripts/install")};
  std::vector<PartReport> reports = {
      {"engine", PartState::kFine, settings.engine.string() + " answers", {}}};
  for (const auto& model : models->models) reports.push_back(usable_model(model));
  for (const auto& model : models->unavailable) {
    reports.push_back(unusable_model(model, !models->models.empty(), settings));
  }
  return reports;
}

std::vector<PartReport> check_installed_models(const Settings& settings) {
  const std::string part = "MusicGen";
  const auto list = model::list_installed_models(settings.places.data);
  if (!list) {
    return {{part, PartState::kLacking, list.error().message,
             list_command(settings.places.data / "models")}};
  }
  std::vector<PartReport> reports = {describe_models(*list)};
  for (const model::BrokenModel& broken : list->broken) {
    reports.push_back({"model " + broken.name, PartState::kLacking, broken.reason.message,
                       "dgx-music models remove " + shell_word(broken.name)});
  }
  return reports;
}

}  // namespace dgx::app
