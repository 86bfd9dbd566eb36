// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

// Effects on whole parts: stereo, interleaved, in place, at kSampleRate.
namespace dgx::model::sketch {

void lowpass(std::vector<float>& samples, double cutoff_hz);
void highpass(std::vector<float>& samples, double cutoff_hz);

/// Soft saturation, 0 none to 1 strong. Works against the part's own peak, so that it does not
/// depend on how loud the part happens to be; the peak stays where it was.
void saturate(std::vector<float>& samples, double drive);

/// Adds what lies beyond `frames` onto the beginning, as often as it takes, and cuts there: the
/// sound of a loop that has been going round for ever.
void fold_tail(std::vector<float>& samples, std::size_t frames);

/// Cuts to `frames` and fades the last milliseconds to zero.
void cut_with_fade(std::vector<float>& samples, std::size_t frames);

/// Pushes the sound down at each kick, as a compressor keyed by it would. `kicks` are frames, in
/// order; `back` is how many frames it takes to come back. A loop wraps round.
void duck(std::vector<float>& samples, const std::vector<std::size_t>& kicks, double depth,
          double back, bool loop);

void apply_gain(std::vector<float>& samples, float gain);

}  // namespace dgx::model::sketch
