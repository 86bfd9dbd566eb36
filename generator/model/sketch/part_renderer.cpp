// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/part_renderer.hpp"

#include <algorithm>
#include <cmath>

#include "generator/model/sketch/effects.hpp"
#include "generator/model/sketch/fluid_synth.hpp"
#include "generator/model/sketch/level.hpp"
#include "generator/model/sketch/vinyl.hpp"

namespace dgx::model::sketch {
namespace {

constexpr std::size_t kBlock = FluidSynth::kBlockFrames;
constexpr std::size_t kPieceFrames = 64 * kBlock;
constexpr std::size_t kLongestTailFrames = std::size_t{8} * kSampleRate;
constexpr float kInaudible = 1e-5F;  // -100 dBFS

struct Event {
  std::size_t block = 0;
  bool on = false;
  int pitch = 0;
  int velocity = 0;
};

std::size_t block_of(double quarter, double bpm) {
  return static_cast<std::size_t>(
      std::llround(quarter * 60.0 / bpm * kSampleRate / static_cast<double>(kBlock)));
}

std::vector<Event> events_of(const ScorePart& part, double bpm) {
  std::vector<Event> events;
  for (const Note& note : part.notes) {
    const std::size_t start = block_of(note.start, bpm);
    const std::size_t end = std::max(start + 1, block_of(note.start + note.length, bpm));
    events.push_back({start, true, note.pitch, note.velocity});
    events.push_back({end, false, note.pitch, 0});
  }
  // A key is released before it is struck again.
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.block != b.block ? a.block < b.block : (!a.on && b.on);
  });
  return events;
}

/// Plays the events of one part on a synth of its own.
class Player {
 public:
  Player(FluidSynth synth, int channel, const Checkpoint& checkpoint)
      : synth_(std::move(synth)), channel_(channel), checkpoint_(checkpoint) {}

  Result<std::vector<float>> play(const std::vector<Event>& events, std::size_t frames, bool tail) {
    samples_.reserve(2 * (frames + kBlock + (tail ? kLongestTailFrames / 4 : 0)));
    for (const Event& event : events) {
      if (event.block * kBlock >= frames && event.on) continue;
      if (Status status = render_to(event.block); !status) return std::move(status).error();
      if (event.on) {
        synth_.note_on(channel_, event.pitch, event.velocity);
      } else {
        synth_.note_off(channel_, event.pitch);
      }
    }
    const std::size_t blocks = (frames + kBlock - 1) / kBlock;
    if (Status status = render_to(blocks); !status) return std::move(status).error();
    if (tail) {
      if (Status status = ring_out(); !status) return std::move(status).error();
    }
    return std::move(samples_);
  }

 private:
  Status render_to(std::size_t block) {
    while (blocks_ < block) {
      const std::size_t count = std::min(block - blocks_, kPieceFrames / kBlock);
      if (Status status = render_blocks(count); !status) return status;
    }
    return ok();
  }

  Status render_blocks(std::size_t count) {
    const std::size_t begin = samples_.size();
    samples_.resize(begin + 2 * kBlock * count);
    if (Status status = synth_.render(samples_.data() + begin, kBlock * count); !status) {
      return status;
    }
    blocks_ += count;
    since_report_ += kBlock * count;
    if (since_report_ >= kPieceFrames) {
      since_report_ = 0;
      checkpoint_();
    }
    return ok();
  }

  /// Goes on until releases and reverb have died away.
  Status ring_out() {
    const std::size_t end = samples_.size() + 2 * kLongestTailFrames;
    while (samples_.size() < end) {
      const std::size_t begin = samples_.size();
      if (Status status = render_blocks(kPieceFrames / kBlock); !status) return status;
      const bool silent =
          std::all_of(samples_.begin() + static_cast<std::ptrdiff_t>(begin), samples_.end(),
                      [](float s) { return std::abs(s) < kInaudible; });
      if (silent && !synth_.sounds()) return ok();
    }
    return ok();
  }

  FluidSynth synth_;
  int channel_;
  const Checkpoint& checkpoint_;
  std::vector<float> samples_{};
  std::size_t blocks_ = 0;
  std::size_t since_report_ = 0;
};

Result<std::vector<float>> raw_part(const Plan& plan, const Score& score, const ScorePart& part,
                                    const std::filesystem::path& soundfont,
                                    const Checkpoint& checkpoint) {
  const auto frames = static_cast<std::size_t>(plan.frames);
  const Instrument& instrument = *part.instrument;
  if (instrument.vinyl) return vinyl_noise(part, score.bpm, frames, plan.seed);
  FluidSynth::Options options;
  options.sample_rate = kSampleRate;
  options.room = plan.genre->mix.room;
  options.reverb = instrument.reverb > 0.0;
  options.chorus = instrument.chorus > 0.0;
  Result<FluidSynth> synth = FluidSynth::open(soundfont, options);
  if (!synth) return std::move(synth).error();
  const FluidSynth::Sound sound{instrument.bank, instrument.program, pan_of(part.role),
                                instrument.reverb, instrument.chorus};
  if (Status status = synth->set_channel(part.channel, sound); !status) {
    return std::move(status).error();
  }
  Player player(*std::move(synth), part.channel, checkpoint);
  return player.play(events_of(part, score.bpm), frames, plan.loop);
}

/// The cut-off that the genre's tape, the instrument and the mood's brightness agree on; 0: none.
double cutoff_of(const Plan& plan, const ScorePart& part) {
  const double own = part.instrument->lowpass_hz;
  const double tape = part.role == Role::kTexture ? 0.0 : plan.genre->mix.lowpass_hz;
  double cutoff = own > 0.0 && tape > 0.0 ? std::min(own, tape) : std::max(own, tape);
  if (plan.brightness < 0.0 && cutoff == 0.0) cutoff = 15000.0;
  return cutoff * std::exp2(1.2 * plan.brightness);
}

std::vector<std::size_t> starts_of(const ScorePart& part, double bpm) {
  std::vector<std::size_t> frames;
  for (const Note& note : part.notes) frames.push_back(block_of(note.start, bpm) * kBlock);
  return frames;
}

std::vector<std::size_t> kick_frames(const Score& score) {
  constexpr int kKick = 36;
  std::vector<std::size_t> frames;
  for (const ScorePart& part : score.parts) {
    if (part.role != Role::kDrums) continue;
    for (const Note& note : part.notes) {
      if (note.pitch == kKick) frames.push_back(block_of(note.start, score.bpm) * kBlock);
    }
  }
  return frames;
}

void treat(std::vector<float>& samples, const Plan& plan, const ScorePart& part,
           const std::vector<float>& ducking, const Checkpoint& checkpoint) {
  const Instrument& instrument = *part.instrument;
  if (instrument.decay_s > 0.0) {
    let_decay(samples, starts_of(part, plan.bpm), instrument.decay_s * kSampleRate, checkpoint);
  }
  if (instrument.drive > 0.0) saturate(samples, instrument.drive, checkpoint);
  if (const double cutoff = cutoff_of(plan, part); cutoff > 0.0)
    lowpass(samples, cutoff, checkpoint);
  // What lies below hearing only eats headroom; it also takes out any constant offset.
  const double lowest = part.role == Role::kDrums || part.role == Role::kBass ? 25.0 : 70.0;
  highpass(samples, std::max(lowest, instrument.highpass_hz), checkpoint);
  const auto frames = static_cast<std::size_t>(plan.frames);
  if (plan.loop) {
    fold_tail(samples, frames);
  } else {
    cut_with_fade(samples, frames);
  }
  const auto& ducked = plan.genre->mix.ducked;
  if (std::find(ducked.begin(), ducked.end(), part.role) != ducked.end()) {
    apply_curve(samples, ducking, checkpoint);
  }
}

/// Brings the part to the loudness that its role has in the genre.
void balance(std::vector<float>& samples, const Plan& plan, const ScorePart& part,
             const Checkpoint& checkpoint) {
  const double now = loudness_of(samples, checkpoint);
  if (now < -90.0) return;
  const double wanted = plan.genre->part(part.role).level_lufs + part.instrument->level_db;
  const double gain_db = std::clamp(wanted - now, -40.0, 40.0);
  apply_gain(samples, static_cast<float>(std::pow(10.0, gain_db / 20.0)), checkpoint);
}

}  // namespace

std::vector<float> ducking_of(const Plan& plan, const Score& score, const Checkpoint& checkpoint) {
  const Mix& mix = plan.genre->mix;
  const double back = mix.duck_beats * 60.0 / plan.bpm * kSampleRate;
  return ducking_curve(static_cast<std::size_t>(plan.frames), kick_frames(score), mix.duck, back,
                       plan.loop, checkpoint);
}

int pieces_of_part(const Plan& plan) {
  return std::max(1, static_cast<int>(plan.frames / static_cast<std::int64_t>(kPieceFrames)));
}

Result<std::vector<float>> render_part(const Plan& plan, const Score& score, const ScorePart& part,
                                       const std::vector<float>& ducking,
                                       const std::filesystem::path& soundfont,
                                       const Checkpoint& checkpoint) {
  Result<std::vector<float>> samples = raw_part(plan, score, part, soundfont, checkpoint);
  if (!samples) return samples;
  treat(*samples, plan, part, ducking, checkpoint);
  balance(*samples, plan, part, checkpoint);
  return samples;
}

}  // namespace dgx::model::sketch
