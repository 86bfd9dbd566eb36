// SPDX-License-Identifier: Apache-2.0
#include "generator/base/utc_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace dgx {

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto whole_seconds = floor<seconds>(time);
  const auto milli = duration_cast<milliseconds>(time - whole_seconds).count();
  const std::time_t unix_seconds = system_clock::to_time_t(whole_seconds);
  std::tm utc{};
  ::gmtime_r(&unix_seconds, &utc);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(milli));
  return text.data();
}

}  // namespace dgx
