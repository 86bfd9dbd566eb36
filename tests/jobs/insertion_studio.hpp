// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "generator/jobs/insertion_desk.hpp"
#include "tests/history/history_fixture.hpp"
#include "tests/support/ardour_session.hpp"

namespace dgx::test {

/// A take with a file, and a desk whose clock stands still until the test moves it.
struct Studio {
  TempDir temp{};
  std::filesystem::path ardour = temp / "run/ardour";
  history::HistoryStore store = open_store(temp / "history.db");
  std::chrono::steady_clock::time_point now{};
  std::unique_ptr<jobs::InsertionDesk> desk = make_desk();
  std::string take_id = make_take();

  std::unique_ptr<jobs::InsertionDesk> make_desk() {
    return std::make_unique<jobs::InsertionDesk>(
        store, jobs::InsertionOptions{ardour, std::chrono::seconds(10), [this] { return now; }});
  }
  std::string make_take(const std::string& receipt_json = R"({"take_id":"a3f9"})") {
    const protocol::Job job = make_job("rain");
    REQUIRE_OK(store.add_job(job));
    REQUIRE_OK(store.begin_job(job.id));
    auto done = make_completed(job.take_ids[0]);
    done.file_path = (temp / "rain-a3f9.wav").string();
    done.receipt_json = receipt_json;
    std::ofstream(done.file_path) << "RIFF";
    REQUIRE_OK(store.complete_take(done));
    REQUIRE_OK(store.complete_job(job.id));
    return job.take_ids[0];
  }
  [[nodiscard]] protocol::InsertionRequest request() const {
    return {take_id, {}, "selected", "playhead", {}};
  }
  protocol::InsertionView added() {
    const auto insertion = desk->add(request());
    REQUIRE_OK(insertion);
    return *insertion;
  }
  Error refused(const protocol::InsertionRequest& request) {
    const auto insertion = desk->add(request);
    REQUIRE_FALSE(insertion);
    CHECK(store.open_insertions()->empty());
    return insertion.error();
  }
  protocol::InsertionView looked_at(const std::string& id) {
    REQUIRE_OK(desk->look());
    const auto insertion = store.find_insertion(id);
    REQUIRE_OK(insertion);
    return *insertion;
  }
  /// The hook places what is posted now, which has to be that insertion.
  void place(ArdourSession& session, const std::string& id, std::int64_t sample) {
    CHECK(session.posted().insertion_id == id);
    session.place(sample);
    const auto placed = looked_at(id);
    CHECK(placed.status == protocol::InsertionStatus::kDone);
    CHECK(placed.sample == sample);
  }
  std::vector<std::string> events() {
    std::vector<std::string> kinds;
    const auto all = store.events_after(0, "", 100);
    REQUIRE_OK(all);
    for (const auto& event : *all) {
      if (event.insertion_id) kinds.push_back(event.kind);
    }
    return kinds;
  }
};

inline bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace dgx::test
