// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace dgx::plugin {

struct StereoFrame {
  float left = 0;
  float right = 0;
};

/// One low-pass for interpolation: a Kaiser-windowed sinc, tabulated at kPhases positions between
/// two samples. Immutable once built.
class SincKernel {
 public:
  static constexpr int kPhases = 256;

  /// `stretch` >= 1: the pass band ends at 1/stretch of the source's Nyquist frequency, and the
  /// kernel is that much longer.
  explicit SincKernel(double stretch);

  /// Samples that interpolate() reads. The point between samples taps() / 2 - 1 and taps() / 2 of
  /// them is the one that it gives.
  [[nodiscard]] int taps() const noexcept { return taps_; }

  /// The signal at `fraction` / 2^32 between the two samples in the middle.
  [[nodiscard]] StereoFrame interpolate(const float* left, const float* right,
                                        std::uint32_t fraction) const noexcept;

 private:
  int taps_;
  std::vector<float> rows_;  // [kPhases + 1, taps]
};

/// The kernels for reading a source at up to twice its own speed. Built once for each instrument,
/// off the audio thread; read by all of its voices.
class SincTables {
 public:
  SincTables();

  /// The kernel that keeps what cannot be represented after reading `speed` (> 0, <= 2) source
  /// samples for each output sample below -80 dB.
  [[nodiscard]] const SincKernel& for_speed(double speed) const noexcept;

 private:
  // Six a whole octave: between two of them at most 11 % of the band are given away.
  static constexpr int kStepsPerOctave = 6;
  std::vector<SincKernel> kernels_{};
};

}  // namespace dgx::plugin
