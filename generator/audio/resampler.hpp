// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// What lies beyond the ends of a clip, which the filter reaches into.
enum class Edges {
  kSilence,
  kLoop,  ///< The clip itself: before the start lies the end, behind the end the start
};

/// The clip at another sample rate, by soxr at its very-high quality. The result has exactly
/// `frame_count` frames: where rounding gives one more or fewer, the end is cut or held at zero.
/// At the same rate the samples are passed through unchanged. Fails with kCancelled within a
/// second's worth of audio after `stop`.
Result<AudioClip> resample(AudioClip clip, int sample_rate, std::int64_t frame_count,
                           Edges edges = Edges::kSilence, const std::stop_token& stop = {});

}  // namespace dgx
