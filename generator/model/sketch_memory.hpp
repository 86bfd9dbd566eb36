// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dgx::model {

/// What the sketch model takes of memory for a take of up to a minute: the largest resident size of
/// its engine was 273 MB, most of it the soundfont, and 1.2 GB for 300 s.
inline constexpr std::int64_t kSketchMemoryBytes = 300'000'000;

}  // namespace dgx::model
