// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/insertion.hpp"

namespace dgx::jobs {

/// Where one insertion is, by the files of its folder.
enum class OrderPlace {
  kNowhere,
  kPosted,   ///< As next.json, for Ardour to take
  kClaimed,  ///< As claimed-ID.json: Ardour has it
};

/// The folder by which the service and the hook in one Ardour session speak (docs/protocol.md,
/// "Placing takes in Ardour"). Every change of hands is one rename, so that each side sees an
/// order whole or not at all, and only one of them has it. Threads: one at a time.
class SessionFolder {
 public:
  /// `facts` are those that the folder held as it was opened.
  SessionFolder(Directory folder, protocol::ArdourFacts facts)
      : folder_(std::move(folder)), facts_(std::move(facts)) {}

  [[nodiscard]] const protocol::ArdourFacts& facts() const { return facts_; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  /// True while the process that wrote the facts runs.
  [[nodiscard]] bool ardour_runs() const;

  /// The insertion that stands in next.json, or nothing.
  [[nodiscard]] std::optional<std::string> posted_id() const;
  [[nodiscard]] OrderPlace place_of(const std::string& insertion_id) const;
  /// What the hook says of an insertion that has ended. kCorrupt where it cannot be read.
  [[nodiscard]] Result<std::optional<protocol::InsertionOutcome>> outcome_of(
      const std::string& insertion_id) const;

  /// Puts the order where the hook looks; `wav` is what its path, a link in this folder, leads to.
  Status post(protocol::InsertionOrder order, const std::filesystem::path& wav) const;
  /// The same with `files` for its parts.
  Status post_parts(protocol::InsertionOrder order,
                    const std::vector<std::filesystem::path>& files) const;
  /// True where next.json was taken back; false where Ardour was faster.
  [[nodiscard]] Result<bool> take_back() const;
  /// A claimed order whose Ardour is gone becomes next.json again.
  Status put_back(const std::string& insertion_id) const;
  /// Removes what is left of orders other than `open`.
  void tidy(const std::vector<std::string>& open) const;

 private:
  Result<std::string> link_to(const std::filesystem::path& file, const std::string& tag) const;
  Status post(const protocol::InsertionOrder& order) const;

  Directory folder_;
  protocol::ArdourFacts facts_;
};

/// The sessions that an Ardour with the hook has open, or had open: of two that one process had
/// open one after the other, the newer. Folders without readable facts are passed over.
std::vector<SessionFolder> session_folders(const std::filesystem::path& ardour_folder);

/// "j2m9x0": ends the name of the region that Ardour makes for an insertion.
std::string tag_of(const std::string& insertion_id);

}  // namespace dgx::jobs
