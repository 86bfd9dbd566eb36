// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace dgx::app {

/// Power spectra of one window length: Hann window, padded with zeros, radix-2 transform.
class PowerSpectrum {
 public:
  /// `transform_size` is a power of two, at least 4 and at least `window_size`. Where it is larger
  /// the bins lie closer than the window resolves: a smooth curve between them.
  PowerSpectrum(std::size_t window_size, std::size_t transform_size);

  [[nodiscard]] std::size_t window_size() const { return window_.size(); }
  [[nodiscard]] std::size_t transform_size() const { return 2 * work_.size(); }
  /// Power of bins 0 to transform_size() / 2 of window_size() samples, scaled so that the bins of a
  /// sine of full scale sum to 1. Valid until the next call.
  std::span<const double> of(std::span<const float> samples);

 private:
  using Complex = std::complex<double>;
  [[nodiscard]] Complex at(std::size_t bin) const;
  void transform();

  std::vector<double> window_;
  std::vector<Complex> twiddles_;
  std::vector<std::size_t> reversed_;
  std::vector<Complex> work_;
  std::vector<double> power_;
};

}  // namespace dgx::app
