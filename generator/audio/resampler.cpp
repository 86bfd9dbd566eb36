// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/resampler.hpp"

#include <soxr.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// Owns one soxr stream of interleaved floats.
class Stream {
 public:
  Stream(const AudioClip& clip, int sample_rate)
      : channels_(static_cast<std::size_t>(clip.channels)) {
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    const soxr_runtime_spec_t runtime =
        soxr_runtime_spec(1);  // One thread: the same bits each time
    state_.reset(soxr_create(clip.sample_rate, sample_rate, static_cast<unsigned>(clip.channels),
                             &error_, &io, &quality, &runtime));
  }

  /// Takes `input` and fills `output` as far as it can; gives the frames that it wrote. A null
  /// input is the end.
  std::size_t process(const float* input, std::size_t frames, float* output, std::size_t room) {
    if (error_ != nullptr || room == 0) return 0;  // soxr crashes on no room
    std::size_t taken = 0;
    std::size_t made = 0;
    error_ = soxr_process(state_.get(), input, frames, &taken, output, room, &made);
    return made;
  }

  [[nodiscard]] std::size_t channels() const { return channels_; }
  [[nodiscard]] const char* error() const { return error_; }

 private:
  struct Destroy {
    void operator()(soxr* state) const { soxr_delete(state); }
  };
  std::size_t channels_;
  soxr_error_t error_ = nullptr;
  std::unique_ptr<soxr, Destroy> state_{};
};

// The clip with a second of itself on either side. A whole second has a whole number of frames at
// every rate, so that it can be cut off again exactly.
AudioClip with_neighbours(const AudioClip& clip) {
  AudioClip wide{clip.sample_rate, clip.channels, {}};
  const std::size_t size = clip.samples.size();
  const auto margin =
      static_cast<std::size_t>(clip.sample_rate) * static_cast<std::size_t>(clip.channels);
  wide.samples.reserve(size + 2 * margin);
  const std::size_t start = (size - margin % size) % size;
  for (std::size_t i = 0; i < size + 2 * margin; ++i) {
    wide.samples.push_back(clip.samples[(start + i) % size]);
  }
  return wide;
}

// All of `clip` from the output frame `skip` on, into `result`: at most `wanted` frames, and fewer
// where the audio ends early.
Status stream_through(const AudioClip& clip, std::size_t skip, std::size_t wanted,
                      AudioClip& result, const std::stop_token& stop) {
  Stream stream(clip, result.sample_rate);
  const std::size_t channels = stream.channels();
  const auto block = static_cast<std::size_t>(clip.sample_rate);
  const std::size_t frames = clip.frame_count();
  // What a second gives, and what the filter has held back.
  std::vector<float> made((static_cast<std::size_t>(result.sample_rate) * 2 + 65536) * channels);
  std::size_t position = 0;
  const auto keep = [&](std::size_t count) {
    const std::size_t first = std::max(position, skip);
    const std::size_t last = std::min(position + count, skip + wanted);
    if (first < last) {
      const float* frames_kept = made.data() + (first - position) * channels;
      result.samples.insert(result.samples.end(), frames_kept,
                            frames_kept + (last - first) * channels);
    }
    position += count;
  };
  for (std::size_t start = 0; start < frames; start += block) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "resampling was cancelled"};
    keep(stream.process(clip.samples.data() + start * channels, std::min(block, frames - start),
                        made.data(), made.size() / channels));
  }
  while (position < skip + wanted) {
    const std::size_t count = stream.process(nullptr, 0, made.data(), made.size() / channels);
    if (count == 0) break;
    keep(count);
  }
  if (stream.error() == nullptr) return ok();
  return Error{ErrorCode::kInternal, "resampling from " + std::to_string(clip.sample_rate) +
                                         " to " + std::to_string(result.sample_rate) +
                                         " Hz failed: " + stream.error()};
}

}  // namespace

Result<AudioClip> resample(AudioClip clip, int sample_rate, std::int64_t frame_count, Edges edges,
                           const std::stop_token& stop) {
  if (const Status checked = check(clip, sample_rate, frame_count); !checked) {
    return checked.error();
  }
  const auto channels = static_cast<std::size_t>(clip.channels);
  const std::size_t frames_wanted = static_cast<std::size_t>(frame_count);
  if (sample_rate == clip.sample_rate) {
    clip.samples.resize(frames_wanted * channels, 0.0F);
    return clip;
  }
  AudioClip result{sample_rate, clip.channels, {}};
  // Only reserved: to touch it all takes time in which nobody looks at `stop`.
  result.samples.reserve(frames_wanted * channels);
  const bool loops = edges == Edges::kLoop;
  if (loops) clip = with_neighbours(clip);
  const std::size_t skip = loops ? static_cast<std::size_t>(sample_rate) : 0;
  if (frames_wanted > 0 && !clip.samples.empty()) {
    Status streamed = stream_through(clip, skip, frames_wanted, result, stop);
    if (!streamed) return std::move(streamed).error();
  }
  result.samples.resize(frames_wanted * channels, 0.0F);
  return result;
}

}  // namespace dgx
