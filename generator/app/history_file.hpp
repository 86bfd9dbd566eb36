// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"

namespace dgx::app {

/// The database of takes and jobs.
std::filesystem::path history_file(const Settings& settings);

/// The history beside whoever writes it; nothing where no take was ever asked for.
Result<std::optional<history::HistoryStore>> read_history(const Settings& settings);

}  // namespace dgx::app
