// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/resampler.hpp"

#include <soxr.h>

#include <algorithm>
#include <string>
#include <utility>

namespace dgx {
namespace {

Error refuse(const std::string& message) {
  return Error{ErrorCode::kInvalidArgument, message, {}};
}

Status check(const AudioClip& clip, int sample_rate, std::int64_t frame_count) {
  if (clip.channels != 1 && clip.channels != 2) {
    return refuse("a clip must have 1 or 2 channels, got " + std::to_string(clip.channels));
  }
  if (clip.sample_rate <= 0 || sample_rate <= 0) {
    return refuse("sample rates must be above 0, got " + std::to_string(clip.sample_rate) + " to " +
                  std::to_string(sample_rate));
  }
  if (frame_count < 0) {
    return refuse("frame count must be at least 0, got " + std::to_string(frame_count));
  }
  return ok();
}

}  // namespace

Result<AudioClip> resample(AudioClip clip, int sample_rate, std::int64_t frame_count) {
  if (const Status checked = check(clip, sample_rate, frame_count); !checked) {
    return checked.error();
  }
  const auto channels = static_cast<std::size_t>(clip.channels);
  const std::size_t frames_wanted = static_cast<std::size_t>(frame_count);
  if (sample_rate == clip.sample_rate) {
    clip.samples.resize(frames_wanted * channels, 0.0F);
    return clip;
  }

  // All zeros: what soxr leaves unwritten is the silence that the end is held at.
  AudioClip result{sample_rate, clip.channels, std::vector<float>(frames_wanted * channels)};
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);  // One thread: the same bits each time
  if (frames_wanted == 0 || clip.samples.empty()) return result;  // soxr crashes on no room
  std::size_t frames_made = 0;
  const soxr_error_t error =
      soxr_oneshot(clip.sample_rate, sample_rate, static_cast<unsigned>(clip.channels),
                   clip.samples.data(), clip.frame_count(), nullptr, result.samples.data(),
                   frames_wanted, &frames_made, &io, &quality, &runtime);
  if (error != nullptr) {
    return Error{ErrorCode::kInternal,
                 "resampling from " + std::to_string(clip.sample_rate) + " to " +
                     std::to_string(sample_rate) + " Hz failed: " + error,
                 {}};
  }
  return result;
}

}  // namespace dgx
