// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/take_assembly.hpp"

#include <algorithm>

#include "generator/protocol/music.hpp"

namespace dgx::jobs {
namespace {

// The mix and fifteen parts.
constexpr std::size_t kMostStreams = 16;
// The longest take at the highest rate an engine may render at, and a second for rounding.
constexpr std::int64_t kMostFrames = static_cast<std::int64_t>((kLongestTakeSeconds + 1) * 192'000);
constexpr std::size_t kLargestMidiFile = std::size_t{8} << 20;

Error corrupt(const std::string& what) {
  return {ErrorCode::kCorrupt, "the engine's take is damaged: " + what};
}

model::RenderedTake facts_of(const protocol::TakeMessage& message) {
  model::RenderedTake take;
  take.index = message.index;
  take.seed = message.seed;
  take.prompt_sent = message.prompt_sent;
  take.loops = message.loops;
  take.tempo = message.tempo;
  take.key = message.key;
  take.name_words = message.name_words;
  take.choices = message.choices;
  take.ignored_words = message.ignored_words;
  take.warnings = message.warnings;
  take.engine = message.engine;
  return take;
}

bool is_part_name(const std::string& name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

Result<TakeAssembly> TakeAssembly::begin(const protocol::TakeMessage& message) {
  const auto& streams = message.streams;
  if (streams.empty() || streams.size() > kMostStreams || streams.front().part != "mix") {
    return corrupt("a take has 1 to 16 streams and begins with the mix, got " +
                   std::to_string(streams.size()));
  }
  TakeAssembly assembly;
  assembly.take_ = facts_of(message);
  assembly.midi_stream_ = message.midi_stream;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const bool in_order = streams[i].stream == static_cast<std::int64_t>(i);
    if (!in_order || streams[i].frames < 1 || streams[i].frames > kMostFrames ||
        !is_part_name(streams[i].part)) {
      return corrupt("stream " + std::to_string(streams[i].stream) + " announces " +
                     std::to_string(streams[i].frames) + " frames");
    }
    assembly.frames_announced_.push_back(static_cast<std::size_t>(streams[i].frames));
    if (i > 0) assembly.take_.parts.push_back({streams[i].part, {}});
  }
  return assembly;
}

AudioClip& TakeAssembly::clip_of(std::size_t stream) {
  return stream == 0 ? take_.mix : take_.parts[stream - 1].audio;
}

Status TakeAssembly::add(const protocol::AudioFrame& frame) {
  if (frame.stream >= frames_announced_.size()) {
    return corrupt("audio for stream " + std::to_string(frame.stream));
  }
  AudioClip& clip = clip_of(frame.stream);
  const std::size_t announced = frames_announced_[frame.stream];
  if (clip.channels == 0) {
    clip.channels = frame.channels;
    clip.sample_rate = static_cast<int>(frame.sample_rate);
    clip.samples.reserve(announced * frame.channels);
  }
  const std::size_t new_frames = frame.samples.size() / frame.channels;
  if (clip.channels != frame.channels || clip.sample_rate != static_cast<int>(frame.sample_rate) ||
      clip.frame_count() != frame.frame_offset || clip.frame_count() + new_frames > announced) {
    return corrupt("stream " + std::to_string(frame.stream) + " at frame " +
                   std::to_string(frame.frame_offset) + ", expected " +
                   std::to_string(clip.frame_count()) + " of " + std::to_string(announced));
  }
  clip.samples.insert(clip.samples.end(), frame.samples.begin(), frame.samples.end());
  return ok();
}

Status TakeAssembly::add(protocol::BytesFrame&& frame) {
  if (!midi_stream_ || midi_arrived_ || frame.stream != *midi_stream_ ||
      frame.bytes.size() > kLargestMidiFile) {
    return corrupt("a file of " + std::to_string(frame.bytes.size()) + " bytes on stream " +
                   std::to_string(frame.stream));
  }
  take_.midi_file = std::move(frame.bytes);
  midi_arrived_ = true;
  return ok();
}

bool TakeAssembly::complete() const {
  if (midi_stream_ && !midi_arrived_) return false;
  if (take_.mix.frame_count() != frames_announced_.front()) return false;
  for (std::size_t i = 0; i < take_.parts.size(); ++i) {
    if (take_.parts[i].audio.frame_count() != frames_announced_[i + 1]) return false;
  }
  return true;
}

}  // namespace dgx::jobs
