// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

// Low-pass filters by windowing: Kaiser's design (Oppenheim and Schafer, Discrete-Time Signal
// Processing, 7.5.3), with a stop band 90 dB down. Not for the audio thread.
namespace dgx::plugin {

/// A sinc under a Kaiser window, seen as a function of time.
class KaiserSinc {
 public:
  /// Frequencies are in units of Nyquist's, times in samples. The stop band begins at `stop_edge`
  /// (0 to 1), and the function is zero `half_length` (> 8) samples away from its middle.
  KaiserSinc(double stop_edge, double half_length);

  [[nodiscard]] double at(double time) const;

 private:
  double half_length_;
  double cutoff_;
};

/// The same as a filter of an odd number of `taps`, with a gain of 1 at frequency 0.
std::vector<float> kaiser_low_pass(double stop_edge, int taps);

}  // namespace dgx::plugin
