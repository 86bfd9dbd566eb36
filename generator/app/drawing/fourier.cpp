// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/fourier.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace dgx::app {

PowerSpectrum::PowerSpectrum(std::size_t window_size, std::size_t transform_size)
    : window_(window_size),
      twiddles_(transform_size / 2),
      reversed_(transform_size / 2),
      work_(transform_size / 2),
      power_(transform_size / 2 + 1) {
  assert(transform_size >= 4 && std::has_single_bit(transform_size));
  assert(window_size >= 1 && window_size <= transform_size);
  constexpr double kTurn = 2.0 * std::numbers::pi;
  for (std::size_t i = 0; i < window_size; ++i) {
    window_[i] = 0.5 - 0.5 * std::cos(kTurn * (static_cast<double>(i) + 0.5) /
                                      static_cast<double>(window_size));
  }
  for (std::size_t i = 0; i < twiddles_.size(); ++i) {
    twiddles_[i] =
        std::polar(1.0, -kTurn * static_cast<double>(i) / static_cast<double>(transform_size));
  }
  const int bits = std::countr_zero(work_.size());
  for (std::size_t i = 0; i < reversed_.size(); ++i) {
    std::size_t reversed = 0;
    for (int bit = 0; bit < bits; ++bit) {
      if ((i >> bit & 1U) != 0) reversed |= std::size_t{1} << (bits - 1 - bit);
    }
    reversed_[i] = reversed;
  }
}

std::span<const double> PowerSpectrum::of(std::span<const float> samples) {
  assert(samples.size() == window_size());
  // Even samples are real parts and odd ones imaginary parts of half as many complex numbers.
  std::fill(work_.begin(), work_.end(), Complex());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = window_[i] * static_cast<double>(samples[i]);
    work_[reversed_[i / 2]] += i % 2 == 0 ? Complex(value, 0.0) : Complex(0.0, value);
  }
  transform();
  // By Parseval: the mean square of a Hann window is 3/8, of a sine 1/2, and half of the power is
  // in the negative frequencies.
  const double scale =
      32.0 / (3.0 * static_cast<double>(window_size()) * static_cast<double>(transform_size()));
  for (std::size_t bin = 0; bin < power_.size(); ++bin) power_[bin] = scale * std::norm(at(bin));
  return power_;
}

// One bin of the real signal, from the spectra of its even and its odd samples, which are the
// symmetric and antisymmetric parts of the packed transform (Press et al., "Numerical Recipes",
// section 12.3).
PowerSpectrum::Complex PowerSpectrum::at(std::size_t bin) const {
  const std::size_t half = work_.size();
  const Complex forward = work_[bin % half];
  const Complex backward = std::conj(work_[(half - bin) % half]);
  const Complex even = 0.5 * (forward + backward);
  const Complex odd = Complex(0.0, -0.5) * (forward - backward);
  return bin == half ? even - odd : even + twiddles_[bin] * odd;
}

// Cooley and Tukey's algorithm in place, on values that are in bit-reversed order already.
void PowerSpectrum::transform() {
  for (std::size_t half = 1; half < work_.size(); half *= 2) {
    const std::size_t stride = twiddles_.size() / half;
    for (std::size_t start = 0; start < work_.size(); start += 2 * half) {
      for (std::size_t i = 0; i < half; ++i) {
        const Complex twiddle = twiddles_[i * stride];
        const Complex odd = work_[start + half + i];
        // Written out: operator* checks for NaN and infinity.
        const Complex product(twiddle.real() * odd.real() - twiddle.imag() * odd.imag(),
                              twiddle.real() * odd.imag() + twiddle.imag() * odd.real());
        const Complex even = work_[start + i];
        work_[start + i] = even + product;
        work_[start + half + i] = even - product;
      }
    }
  }
}

}  // namespace dgx::app
