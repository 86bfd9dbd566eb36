// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/time_marks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace dgx::app {
namespace {

std::string time_label(double seconds, double step, double duration_seconds) {
  std::array<char, 32> text{};
  if (duration_seconds >= 60.0 && step >= 1.0) {
    const long whole = std::lround(seconds);
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    const int decimals = step >= 1.0 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;
    std::snprintf(text.data(), text.size(), "%.*f s", decimals, seconds);
  }
  return text.data();
}

}  // namespace

std::vector<TimeMark> time_marks(double duration_seconds, int most) {
  constexpr std::array kSteps{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,  0.2,   0.5,
                              1.0,   2.0,   5.0,   10.0, 15.0, 30.0, 60.0, 120.0, 300.0};
  most = std::max(1, most);
  double step = kSteps.back();
  for (const double candidate : kSteps) {
    if (duration_seconds <= candidate * most) {
      step = candidate;
      break;
    }
  }
  while (duration_seconds > step * most) step *= 2.0;
  std::vector<TimeMark> marks{{0.0, time_label(0.0, step, duration_seconds)}};
  for (int i = 1; i * step < duration_seconds - 1e-9; ++i) {
    marks.push_back({i * step, time_label(i * step, step, duration_seconds)});
  }
  return marks;
}

}  // namespace dgx::app
