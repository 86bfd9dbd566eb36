// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/history/sqlite.hpp"

namespace dgx::history {

/// Takes each measurement into the mean of its phase; the newest counts for three tenths.
Status record_timings(sqlite::Database& database, const std::string& model,
                      const std::vector<PhaseTiming>& timings);

Result<std::vector<PhaseTiming>> read_timings(sqlite::Database& database, const std::string& model);

}  // namespace dgx::history
