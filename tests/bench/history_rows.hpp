// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

namespace dgx::bench {

/// Ends the benchmark with the message unless `good`.
inline void expect(bool good, const std::string& message) {
  if (good) return;
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

template <typename Result>
auto take_value(Result result) {
  expect(result.has_value(), result ? "" : result.error().message);
  return *std::move(result);
}

inline constexpr int kTakesOfAJob = 4;

/// Writes a new history with so many takes through the public interface. Half of all prompts say
/// "piano", one in a hundred "theremin", each has a number of its own. A hundred thousand commits
/// to a disk take minutes: callers build in memory (/dev/shm).
void write_history(const std::filesystem::path& file, int takes);

}  // namespace dgx::bench
