// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/audio/audio_clip.hpp"

namespace dgx {

/// The highest magnitude that the continuous signal behind the samples reaches, over all channels;
/// linear, 1.0 is full scale, never below the highest sample. ITU-R BS.1770-4, annex 2, with at
/// least 352.8 kHz where the standard asks for 192: libebur128's meter has 12 taps a phase and
/// reads up to 0.8 dB less than ffmpeg's on bright material, and a ceiling needs the higher truth.
/// The clip is read between silence and, at its edges, also mirrored; the higher reading counts.
/// Samples have to be finite numbers.
double true_peak(const AudioClip& clip);

}  // namespace dgx
