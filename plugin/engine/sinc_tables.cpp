// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/sinc_tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numeric>

#include "plugin/engine/kaiser.hpp"

namespace dgx::plugin {
namespace {

constexpr int kTaps = 48;  // At a stretch of 1

// Four samples at a time: GCC and clang make the machine's own instructions of it.
using Vector = float __attribute__((vector_size(16)));
constexpr int kWidth = 4;

Vector load(const float* from) noexcept {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

float sum_of(Vector v) noexcept {
  return (v[0] + v[1]) + (v[2] + v[3]);
}

}  // namespace

SincKernel::SincKernel(double stretch)
    : taps_(static_cast<int>(std::ceil(kTaps * stretch / (2 * kWidth))) * 2 * kWidth),
      rows_(static_cast<std::size_t>(kPhases + 1) * static_cast<std::size_t>(taps_)) {
  const int half = taps_ / 2;
  // The stop band begins where the output's Nyquist frequency lies.
  const KaiserSinc filter(1.0 / stretch, half);
  std::vector<double> exact(static_cast<std::size_t>(taps_));
  for (int phase = 0; phase <= kPhases; ++phase) {
    const double moment = half - 1 + static_cast<double>(phase) / kPhases;
    for (int tap = 0; tap < taps_; ++tap) {
      exact[static_cast<std::size_t>(tap)] = filter.at(tap - moment);
    }
    // A constant stays the same constant at every phase.
    const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
    std::transform(exact.begin(), exact.end(), rows_.begin() + std::ptrdiff_t{phase} * taps_,
                   [sum](double value) { return static_cast<float>(value / sum); });
  }
}

StereoFrame SincKernel::interpolate(const float* left, const float* right,
                                    std::uint32_t fraction) const noexcept {
  constexpr int kFractionBits = 32 - 8;  // 2^8 phases
  static_assert(kPhases == 1 << (32 - kFractionBits));
  const float between = static_cast<float>(fraction & ((1U << kFractionBits) - 1)) /
                        static_cast<float>(1U << kFractionBits);
  const float* row = rows_.data() + static_cast<std::ptrdiff_t>(fraction >> kFractionBits) * taps_;
  const float* next = row + taps_;
  Vector sum_left{};
  Vector sum_right{};
  for (int tap = 0; tap < taps_; tap += kWidth) {
    const Vector here = load(row + tap);
    const Vector weight = here + (load(next + tap) - here) * between;
    sum_left += weight * load(left + tap);
    sum_right += weight * load(right + tap);
  }
  return {sum_of(sum_left), sum_of(sum_right)};
}

SincTables::SincTables() {
  for (int step = 0; step <= kStepsPerOctave; ++step) {
    kernels_.emplace_back(std::exp2(static_cast<double>(step) / kStepsPerOctave));
  }
}

const SincKernel& SincTables::for_speed(double speed) const noexcept {
  // The smallest stretch that is not below the speed, and a hair of tolerance for its rounding.
  const double step = std::ceil(kStepsPerOctave * std::log2(std::max(speed, 1.0)) - 1e-9);
  const auto index = static_cast<std::size_t>(std::clamp(step, 0.0, double{kStepsPerOctave}));
  return kernels_[index];
}

}  // namespace dgx::plugin
