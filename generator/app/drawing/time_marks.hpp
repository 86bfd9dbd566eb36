// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dgx::app {

/// One mark of a time ruler.
struct TimeMark {
  double seconds = 0.0;
  std::string label{};  ///< "0.5 s", "12 s", "1:30"
};

/// Round times from 0 to before the end, at most `most` of them (at least one).
std::vector<TimeMark> time_marks(double duration_seconds, int most);

}  // namespace dgx::app
