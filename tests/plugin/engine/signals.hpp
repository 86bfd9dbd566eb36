// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "generator/audio/audio_clip.hpp"

namespace dgx::test {

inline constexpr int kRate = 48000;

/// A sine on the left, its quarter-period neighbour on the right.
AudioClip sine(double frequency, double seconds, int sample_rate = kRate, double amplitude = 0.5);

/// Amplitude of the best fitting sine of that frequency (Hz at kRate), by least squares.
double amplitude_of(std::span<const float> signal, double frequency);

/// RMS of what is left when that sine is taken out.
double rest_without(std::span<const float> signal, double frequency);

double rms(std::span<const float> signal);

/// The largest sample above two fifths of Nyquist's frequency, where a click would be.
double click_of(std::span<const float> signal);

double decibels(double amplitude);

}  // namespace dgx::test
