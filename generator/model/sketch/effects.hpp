// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "generator/model/sketch/checkpoint.hpp"

// Effects on whole parts: stereo, interleaved, in place, at kSampleRate.
namespace dgx::model::sketch {

void lowpass(std::vector<float>& samples, double cutoff_hz, const Checkpoint& checkpoint = {});
void highpass(std::vector<float>& samples, double cutoff_hz, const Checkpoint& checkpoint = {});

/// Soft saturation, 0 none to 1 strong. Works against the part's own peak, so that it does not
/// depend on how loud the part happens to be; the peak stays where it was.
void saturate(std::vector<float>& samples, double drive, const Checkpoint& checkpoint = {});

/// Adds what lies beyond `frames` onto the beginning, as often as it takes, and cuts there: the
/// sound of a loop that has been going round for ever.
void fold_tail(std::vector<float>& samples, std::size_t frames);

/// Cuts to `frames` and fades the last milliseconds to zero.
void cut_with_fade(std::vector<float>& samples, std::size_t frames);

/// The gain of every frame under a compressor that is keyed by the kick: pushed down at each kick,
/// by `depth`, and back within `back` frames. `kicks` are frames, in order. A loop wraps round.
/// Empty where nothing is pushed.
std::vector<float> ducking_curve(std::size_t frames, const std::vector<std::size_t>& kicks,
                                 double depth, double back, bool loop,
                                 const Checkpoint& checkpoint = {});
void apply_curve(std::vector<float>& samples, const std::vector<float>& curve,
                 const Checkpoint& checkpoint = {});

/// Lets a part of one voice die away after each of its notes' starts (frames, in order), to 1/e
/// in `frames_to_fall`, as the boom of a drum machine does.
void let_decay(std::vector<float>& samples, const std::vector<std::size_t>& starts,
               double frames_to_fall, const Checkpoint& checkpoint = {});

void apply_gain(std::vector<float>& samples, float gain, const Checkpoint& checkpoint = {});

}  // namespace dgx::model::sketch
