// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/session_folder.hpp"
#include "generator/protocol/insertion.hpp"

namespace dgx::jobs {

struct InsertionOptions {
  std::filesystem::path ardour_folder{};       ///< `ardour` in the runtime folder
  std::chrono::milliseconds patience{10'000};  ///< For Ardour to take what is posted
  std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
};

/// Has Ardour place takes: writes down what is asked for, posts one order a session at a time, and
/// brings the database up to what the files say. The files are the truth about who has an order,
/// the database about what is wanted; look() makes them meet, also after a kill of either side.
/// Owns the watch, not the store, which outlives it. Threads: one at a time.
class InsertionDesk {
 public:
  InsertionDesk(history::HistoryStore& store, InsertionOptions options);

  /// Writes the insertion down, and posts it where it is its turn. Refused before that: a take
  /// that is not there to be placed, a session that is not open, two of them and none named.
  Result<protocol::InsertionView> add(const protocol::InsertionRequest& request);
  /// kConflict where Ardour has begun, or it has ended.
  Result<protocol::InsertionView> cancel(const std::string& insertion_id);

  struct Look {
    bool changed = false;
    /// When to look again at the latest; nothing while nothing is open.
    std::optional<std::chrono::steady_clock::time_point> again{};

    void look_at(std::chrono::steady_clock::time_point time) {
      again = again ? std::min(*again, time) : time;
    }
  };
  /// To be called once at the start, whenever watch() is readable, and at Look::again.
  Result<Look> look();

  /// Readable when a file of an open insertion changed; -1 where the system has no watch left.
  [[nodiscard]] int watch() const { return watch_.get(); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    Time until{};
    bool was_claimed = false;  // By an Ardour that is gone.
  };

  Result<protocol::Take> placeable_take(const std::string& take_id);
  Status settle(const protocol::InsertionView& insertion, bool is_first, Look& look);
  Status settle_claimed(const protocol::InsertionView& insertion, const SessionFolder& folder,
                        Look& look);
  Status settle_posted(const protocol::InsertionView& insertion, const SessionFolder& folder,
                       Look& look);
  Status post(const protocol::InsertionView& insertion, const SessionFolder& folder, Look& look);
  Status end(const protocol::InsertionView& insertion, protocol::InsertionStatus status,
             const protocol::InsertionOutcome& outcome, Look& look);
  Status fail(const protocol::InsertionView& insertion, const std::string& message, Look& look);
  void drain_watch();
  Status watch_folder(const SessionFolder& folder);
  void unwatch_all();

  history::HistoryStore& store_;
  InsertionOptions options_;
  UniqueFd watch_;
  std::set<int> watched_{};
  std::map<std::string, Waiting> waiting_{};  // By the id of what is posted.
};

}  // namespace dgx::jobs
