// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/reference_audio.hpp"

#include <fcntl.h>

#include <cmath>
#include <utility>

#include "generator/audio/resampler.hpp"
#include "generator/audio/wav_reader.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx::musicgen {
namespace {

Error refused(const std::string& field, const std::filesystem::path& wav,
              const std::string& reason) {
  return {ErrorCode::kInvalidArgument, field + " must " + reason + ": " + wav.string(), field};
}

Status check_length(const WavInfo& info, const std::filesystem::path& wav,
                    const std::string& field) {
  const std::int64_t seconds = info.frame_count / info.sample_rate;
  if (seconds < kLongestReferenceSeconds) return ok();
  return refused(field, wav,
                 "be shorter than " + std::to_string(kLongestReferenceSeconds) + " s, got " +
                     std::to_string(seconds) + " s");
}

AudioClip with_channels(const AudioClip& clip, int channels) {
  if (clip.channels == channels) return clip;
  AudioClip changed{clip.sample_rate, channels, {}};
  for (std::size_t frame = 0; frame < clip.frame_count(); ++frame) {
    if (channels == 1) {
      changed.samples.push_back(0.5F * (clip.samples[2 * frame] + clip.samples[2 * frame + 1]));
    } else {
      changed.samples.insert(changed.samples.end(), 2, clip.samples[frame]);
    }
  }
  return changed;
}

std::vector<std::vector<float>> by_channel(const AudioClip& clip) {
  const auto channels = static_cast<std::size_t>(clip.channels);
  std::vector<std::vector<float>> separate(channels);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    separate[i % channels].push_back(clip.samples[i]);
  }
  return separate;
}

}  // namespace

Result<std::vector<std::vector<float>>> read_reference(const std::filesystem::path& wav,
                                                       int sample_rate, int channels,
                                                       const std::string& field) {
  const UniqueFd fd(::open(wav.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return Error{ErrorCode::kNotFound, field + " must name a WAV file, got " + wav.string(), field};
  }
  const auto named = [&](const Error& error) {
    return Error{
        error.code,
        field + " must be a PCM or float WAV file, got " + wav.string() + ": " + error.message,
        field};
  };
  const auto info = read_wav_info(fd.get());
  if (!info) return named(info.error());
  if (Status length = check_length(*info, wav, field); !length) return length.error();
  auto clip = read_wav(fd.get());
  if (!clip) return named(clip.error());
  const double ratio = static_cast<double>(sample_rate) / clip->sample_rate;
  const std::int64_t frames = std::llround(static_cast<double>(clip->frame_count()) * ratio);
  if (frames == 0) return refused(field, wav, "hold samples, got too few");
  auto resampled = resample(with_channels(*clip, channels), sample_rate, frames);
  if (!resampled) return std::move(resampled).error();
  return by_channel(*resampled);
}

}  // namespace dgx::musicgen
