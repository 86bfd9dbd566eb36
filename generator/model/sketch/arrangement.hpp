// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

/// Divides the bars of the plan into sections. Short takes are one full section that can go round;
/// longer ones grow an intro, a second section, a break and an outro. Loops have no intro or outro.
std::vector<SectionSpan> arrange(const Plan& plan);

}  // namespace dgx::model::sketch
