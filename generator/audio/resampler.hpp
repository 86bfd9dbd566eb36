// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// The clip at another sample rate, by soxr at its very-high quality. The result has exactly
/// `frame_count` frames: where rounding gives one more or fewer, the end is cut or held at zero.
/// At the same rate the samples are passed through unchanged.
Result<AudioClip> resample(AudioClip clip, int sample_rate, std::int64_t frame_count);

}  // namespace dgx
