// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/recordings.hpp"

#include <filesystem>
#include <string>

#include "generator/base/utf8.hpp"

namespace dgx::jobs {
namespace {

Result<std::string> file_of_take(const std::string& id, history::HistoryStore& store,
                                 const std::string& field) {
  const auto take = store.find_take(id);
  if (take && take->status == protocol::JobStatus::kCompleted) return take->file_path;
  if (!take && take.error().code != ErrorCode::kNotFound) return take.error();
  return Error{ErrorCode::kNotFound,
               field + " must be the id of a finished take or the path of a WAV file, got " +
                   escaped_for_terminal(id),
               field};
}

Result<std::string> allowed_file(const std::string& text, const OutputRules& rules,
                                 const std::string& field) {
  const auto path = std::filesystem::path(text).lexically_normal();
  const auto folder = open_allowed_folder(path.parent_path(), rules);
  std::error_code ignored;
  const auto kind = std::filesystem::symlink_status(path, ignored).type();
  const bool file = kind == std::filesystem::file_type::regular;  // No link to somewhere else.
  if (folder && file) return path.string();
  if (folder || folder.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 field + " must be a WAV file that exists, got " + escaped_for_terminal(text),
                 field};
  }
  return Error{ErrorCode::kInvalidArgument,
               field + " must be beneath " + rules.data_folder.string() +
                   ", a folder that allowed_roots in config.toml names, or an Ardour session of "
                   "yours, got " +
                   escaped_for_terminal(text),
               field};
}

Status resolve(std::optional<std::string>& recording, history::HistoryStore& store,
               const OutputRules& rules, const std::string& field) {
  if (!recording) return ok();
  const bool path = recording->find('/') != std::string::npos;
  auto file =
      path ? allowed_file(*recording, rules, field) : file_of_take(*recording, store, field);
  if (!file) return std::move(file).error();
  recording = *std::move(file);
  return ok();
}

}  // namespace

Status resolve_recordings(protocol::GenerationRequest& request, history::HistoryStore& store,
                          const OutputRules& rules) {
  if (Status done = resolve(request.continue_from, store, rules, "continue_from"); !done) {
    return done;
  }
  return resolve(request.melody, store, rules, "melody");
}

}  // namespace dgx::jobs
