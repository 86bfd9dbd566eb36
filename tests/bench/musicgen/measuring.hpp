// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "generator/base/result.hpp"
#include "generator/model/musicgen/generator.hpp"

// What the benchmarks of a whole model share.
namespace dgx::musicgen {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The most memory that this process ever had.
inline double largest_gigabytes() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) * 1024 / 1e9;
}

/// The value, or the end of the program with the error's sentence.
template <typename T>
T checked(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

inline NumberType number_type(const std::string& name) {
  if (name == "int8") return NumberType::kInt8;
  if (name == "bf16") return NumberType::kBFloat16;
  if (name == "fp16") return NumberType::kFloat16;
  return name == "fp32" ? NumberType::kFloat32 : NumberType::kAutomatic;
}

/// As the engine does it: threads that wait sleep. Begins the program anew where they would not.
inline void sleep_while_waiting(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  ::execv("/proc/self/exe", argv);
}

}  // namespace dgx::musicgen
