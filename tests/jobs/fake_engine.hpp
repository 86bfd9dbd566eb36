// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "generator/history/history_store.hpp"
#include "generator/jobs/engine_supervisor.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {

/// The engine of tests/fake_engine, with deadlines that a test can wait for.
inline jobs::EngineSupervisor fake_engine(std::vector<std::string> arguments = {}) {
  jobs::EngineDeadlines deadlines;
  deadlines.start = std::chrono::milliseconds(5000);
  deadlines.heartbeat = std::chrono::milliseconds(1500);
  deadlines.step = std::chrono::milliseconds(2500);
  return jobs::EngineSupervisor({DGX_BINARY_DIR "/bin/dgx-fake-engine", std::move(arguments)},
                                deadlines);
}

/// The history of a data folder, made where there is none.
inline history::HistoryStore open_store(const std::filesystem::path& folder) {
  auto store = history::HistoryStore::open(folder / "history.db", history::OpenMode::kReadWrite);
  REQUIRE_OK(store);
  return *std::move(store);
}

inline protocol::GenerationRequest fake_request(const std::string& prompt) {
  protocol::GenerationRequest request;
  request.prompt = prompt;
  request.model = "fake";
  request.seed = 7;
  request.duration = 1.0;
  return request;
}

}  // namespace dgx::test
