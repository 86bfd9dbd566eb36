// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace dgx {

/// "2026-11-21T10:00:00.000Z": RFC 3339 in UTC with milliseconds, which also sorts as text.
std::string to_rfc3339(std::chrono::system_clock::time_point time);

inline std::string now_rfc3339() {
  return to_rfc3339(std::chrono::system_clock::now());
}

}  // namespace dgx
