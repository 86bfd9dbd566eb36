// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

namespace dgx::history {

/// Opens the file at the newest version, ready for use. What may not be touched is found out before
/// anything is written, and is then left byte for byte as it was.
Result<sqlite::Database> open_database(const std::filesystem::path& file, OpenMode mode,
                                       std::chrono::milliseconds waits);

}  // namespace dgx::history
