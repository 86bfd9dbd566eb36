// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generator/history/history_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace dgx::test {

/// The store behind `file`, or the end of the test.
history::HistoryStore open_store(const std::filesystem::path& file,
                                 history::OpenMode mode = history::OpenMode::kReadWrite);

/// A pending job with new ids. `created_at` is what the clock of the test says.
protocol::Job make_job(const std::string& prompt, int takes = 1,
                       const std::string& created_at = "2026-11-21T10:00:00.000Z");

history::CompletedTake make_completed(const std::string& take_id);

/// Takes a new job through to its end; returns it as add_job got it.
protocol::Job add_completed_job(history::HistoryStore& store, const std::string& prompt,
                                int takes = 1,
                                const std::string& created_at = "2026-11-21T10:00:00.000Z");

/// What the sqlite3 program, an outside judge, prints for these statements; its complaints, too.
std::string judge(const std::filesystem::path& file, const std::string& sql);

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::string& bytes);

/// True where the environment asks for the long variants: DGX_TEST_LONG=1.
bool long_tests();

/// The original schema with two takes and two prompts in it, as SQL text.
extern const char* const kVersion1Database;

}  // namespace dgx::test
