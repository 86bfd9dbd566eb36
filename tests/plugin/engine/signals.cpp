// SPDX-License-Identifier: Apache-2.0
#include "tests/plugin/engine/signals.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "plugin/engine/kaiser.hpp"

namespace dgx::test {
namespace {

using std::numbers::pi;

struct Fit {
  double sine = 0;
  double cosine = 0;
};

Fit fit(std::span<const float> signal, double frequency) {
  double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double angle = 2 * pi * frequency * static_cast<double>(i) / kRate;
    const double s = std::sin(angle);
    const double c = std::cos(angle);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    xs += signal[i] * s;
    xc += signal[i] * c;
  }
  const double determinant = ss * cc - sc * sc;
  return {(xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant};
}

}  // namespace

AudioClip sine(double frequency, double seconds, int sample_rate, double amplitude) {
  AudioClip clip{sample_rate, 2, {}};
  const auto frames = static_cast<std::size_t>(seconds * sample_rate);
  for (std::size_t i = 0; i < frames; ++i) {
    const double angle = 2 * pi * frequency * static_cast<double>(i) / sample_rate;
    clip.samples.push_back(static_cast<float>(amplitude * std::sin(angle)));
    clip.samples.push_back(static_cast<float>(amplitude * std::cos(angle)));
  }
  return clip;
}

double amplitude_of(std::span<const float> signal, double frequency) {
  const Fit found = fit(signal, frequency);
  return std::hypot(found.sine, found.cosine);
}

double rest_without(std::span<const float> signal, double frequency) {
  const Fit found = fit(signal, frequency);
  double sum = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double angle = 2 * pi * frequency * static_cast<double>(i) / kRate;
    const double rest = signal[i] - found.sine * std::sin(angle) - found.cosine * std::cos(angle);
    sum += rest * rest;
  }
  return std::sqrt(sum / static_cast<double>(signal.size()));
}

double rms(std::span<const float> signal) {
  double sum = 0;
  for (const float sample : signal) sum += double{sample} * sample;
  return std::sqrt(sum / static_cast<double>(signal.size()));
}

double click_of(std::span<const float> signal) {
  const std::vector<float> low = plugin::kaiser_low_pass(0.4, 255);
  const std::size_t half = low.size() / 2;
  double largest = 0;
  for (std::size_t i = half; i + half < signal.size(); ++i) {
    double passed = 0;
    for (std::size_t tap = 0; tap < low.size(); ++tap) {
      passed += double{low[tap]} * signal[i + tap - half];
    }
    largest = std::max(largest, std::abs(signal[i] - passed));
  }
  return largest;
}

double decibels(double amplitude) {
  return 20 * std::log10(std::max(amplitude, 1e-12));
}

}  // namespace dgx::test
