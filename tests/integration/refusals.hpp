// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/integration/program.hpp"

namespace dgx::test {

/// No character that a terminal would obey: C0 and C1 controls (but for line ends), or a change of
/// the writing direction.
bool is_plain_text(const std::string& text);

/// The program refused: exit code 2, nothing on standard output, and on standard error one line
/// that holds all of `words` and nothing that a terminal would obey.
void check_refused(const Outcome& outcome, const std::vector<std::string>& words);

/// No take's file, finished or not, and no row of a job or a take.
void check_nothing_written(const Program& program);

}  // namespace dgx::test
