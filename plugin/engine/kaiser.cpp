// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/kaiser.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

namespace dgx::plugin {
namespace {

using std::numbers::pi;

constexpr double kAttenuation = 90.0;  // dB
constexpr double kBeta = 0.1102 * (kAttenuation - 8.7);

// The modified Bessel function of order zero, by its power series.
double bessel_i0(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term > 1e-12 * sum; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

// From the end of the pass band to the beginning of the stop band.
double transition_width(double half_length) {
  return (kAttenuation - 8.0) / (2.285 * 2.0 * half_length) / pi;
}

double sinc(double x) {
  return std::abs(x) < 1e-9 ? 1.0 : std::sin(pi * x) / (pi * x);
}

}  // namespace

KaiserSinc::KaiserSinc(double stop_edge, double half_length)
    : half_length_(half_length), cutoff_(stop_edge - transition_width(half_length) / 2) {}

double KaiserSinc::at(double time) const {
  static const double top = bessel_i0(kBeta);
  const double place = time / half_length_;
  if (std::abs(place) >= 1.0) return 0.0;
  return cutoff_ * sinc(cutoff_ * time) * bessel_i0(kBeta * std::sqrt(1.0 - place * place)) / top;
}

std::vector<float> kaiser_low_pass(double stop_edge, int taps) {
  const KaiserSinc filter(stop_edge, (taps + 1) / 2.0);
  std::vector<double> exact(static_cast<std::size_t>(taps));
  const int middle = taps / 2;
  for (int tap = 0; tap < taps; ++tap) {
    exact[static_cast<std::size_t>(tap)] = filter.at(tap - middle);
  }
  const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
  std::vector<float> kernel;
  kernel.reserve(exact.size());
  for (const double value : exact) kernel.push_back(static_cast<float>(value / sum));
  return kernel;
}

}  // namespace dgx::plugin
