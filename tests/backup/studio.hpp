// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "generator/backup/backup.hpp"
#include "generator/backup/restore.hpp"
#include "generator/protocol/messages.hpp"
#include "tests/support/temp_dir.hpp"

namespace dgx::test {

/// A place with a data folder, its history and the files of finished takes.
class Studio {
 public:
  Studio();

  /// A finished take with a WAV, a part, a MIDI file and a receipt in `folder`, which is made if
  /// need be; gives its id.
  std::string add_take(const std::string& name, const std::filesystem::path& folder);
  std::string add_take(const std::string& name) { return add_take(name, takes()); }

  [[nodiscard]] Result<backup::BackupSummary> backup(const std::filesystem::path& target) const;
  /// A backup that is expected to work.
  [[nodiscard]] std::filesystem::path backed_up() const;
  [[nodiscard]] Result<backup::RestoreSummary> restore(const std::filesystem::path& file) const;

  [[nodiscard]] protocol::Receipt receipt_of(const std::string& take_id) const;
  [[nodiscard]] std::string file_path_of(const std::string& take_id) const;

  [[nodiscard]] const std::filesystem::path& place() const { return place_.path(); }
  [[nodiscard]] std::filesystem::path data() const { return place() / "data"; }
  [[nodiscard]] std::filesystem::path takes() const { return data() / "takes"; }
  [[nodiscard]] std::filesystem::path history() const { return data() / "history.db"; }

 private:
  TempDir place_{};
};

/// Every file beneath a folder with its content, by its relative path.
std::map<std::string, std::string> contents_of(const std::filesystem::path& folder);
std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::string& bytes);

}  // namespace dgx::test
