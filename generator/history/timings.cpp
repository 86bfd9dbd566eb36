// SPDX-License-Identifier: Apache-2.0
#include "generator/history/timings.hpp"

namespace dgx::history {

using sqlite::Database;

Status record_timings(Database& database, const std::string& model,
                      const std::vector<PhaseTiming>& timings) {
  for (const PhaseTiming& timing : timings) {
    const Status done = database.run(
        "INSERT INTO timings (model, phase, seconds, measurements) VALUES (?1, ?2, ?3, 1) "
        "ON CONFLICT (model, phase) DO UPDATE SET measurements = measurements + 1, "
        "seconds = seconds + 0.3 * (excluded.seconds - seconds)",
        model, protocol::to_string(timing.phase), timing.seconds);
    if (!done) return done;
  }
  return ok();
}

Result<std::vector<PhaseTiming>> read_timings(Database& database, const std::string& model) {
  auto rows = database.statement("SELECT phase, seconds FROM timings WHERE model = ?1");
  if (!rows) return rows.error();
  rows->bind(model);
  std::vector<PhaseTiming> timings;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return timings;
    // A phase that a newer program wrote down is none of ours.
    if (const auto phase = protocol::parse_phase(rows->text(0))) {
      timings.push_back({*phase, rows->real(1)});
    }
  }
}

}  // namespace dgx::history
