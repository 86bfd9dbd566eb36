// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/sqlite.hpp"
#include "generator/protocol/api_messages.hpp"

// What happened, in order: written in the transaction that made it happen, read by number.
namespace dgx::history {

/// Adds one event and forgets the oldest beyond kEventsKept.
Status add_event(sqlite::Database& database, const std::string& job_id, const char* kind,
                 const std::string& at, const std::optional<std::string>& take_id = {});

/// The same for what became of an insertion.
Status add_insertion_event(sqlite::Database& database, const std::string& insertion_id,
                           const std::string& take_id, const std::string& kind,
                           const std::string& at);

/// Of one job, or of all where `job_id` is empty.
Result<std::vector<protocol::EventMessage>> read_events(sqlite::Database& database,
                                                        std::int64_t after,
                                                        const std::string& job_id, int limit);

Result<std::pair<std::int64_t, std::int64_t>> read_event_range(sqlite::Database& database);

}  // namespace dgx::history
