// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/transport_player.hpp"

#include <algorithm>
#include <cmath>

namespace dgx::plugin {
namespace {

constexpr double kCrossfadeSeconds = 0.005;
constexpr double kStopSeconds = 0.05;

}  // namespace

TransportPlayer::TransportPlayer(double output_rate, const SincTables& tables,
                                 std::int64_t anchor_bar) noexcept
    : output_rate_(output_rate), tables_(tables), grid_(output_rate, anchor_bar) {}

void TransportPlayer::set_take(const Sample* sample, const TakeTiming& timing,
                               TempoMatch match) noexcept {
  stop(kCrossfadeSeconds);
  sample_ = sample;
  if (sample != nullptr) grid_.set_take(timing, sample->sample_rate(), match);
}

bool TransportPlayer::reads(const Sample* sample) const noexcept {
  if (sample == sample_) return true;
  return std::any_of(voices_.begin(), voices_.end(), [sample](const Voice& voice) {
    return !voice.silent() && voice.sample() == sample;
  });
}

void TransportPlayer::set_anchor(std::int64_t anchor_bar) noexcept {
  stop(kCrossfadeSeconds);
  grid_.set_anchor(anchor_bar);
}

void TransportPlayer::set_gain(StereoFrame gain) noexcept {
  gain_ = gain;
  for (Voice& voice : voices_) {
    if (!voice.silent()) voice.set_gain(gain, frames_of(kCrossfadeSeconds));
  }
}

void TransportPlayer::reset() noexcept {
  voices_ = {};
  sounds_ = false;
}

void TransportPlayer::process(const Transport& transport, float* left, float* right,
                              std::uint32_t frames) noexcept {
  if (!transport.rolls || sample_ == nullptr) {
    if (sounds_) stop(kStopSeconds);
    return render(left, right, static_cast<int>(frames));
  }
  grid_.follow(transport);
  const std::int64_t end = transport.frame + frames;
  for (std::int64_t frame = transport.frame; frame < end;) {
    const auto segment = grid_.segment_at(frame);
    if (segment && goes_on(*segment, frame)) {
      keep_up(*segment);
    } else {
      if (sounds_) stop(kCrossfadeSeconds);
      if (segment) begin(*segment, frame);
    }
    const std::int64_t until = std::min(end, segment ? segment->end : grid_.first_frame());
    const auto done = frame - transport.frame;
    render(left + done, right + done, static_cast<int>(until - frame));
    frame = until;
    next_frame_ = until;
  }
}

// The timeline runs on, and the take is where it belongs: exactly at a constant tempo, nearly so in
// a tempo ramp, of which the host tells only now and then.
bool TransportPlayer::goes_on(const Segment& segment, std::int64_t frame) const noexcept {
  if (!sounds_ || frame != next_frame_) return false;
  if (segment.begin == segment_.begin && segment.speed == segment_.speed) return true;
  const double apart = std::abs(segment.place(frame) - segment_.place(frame));
  return frame != segment.begin && apart <= grid_.tolerance();
}

void TransportPlayer::keep_up(const Segment& segment) noexcept {
  if (segment.speed == segment_.speed) return;
  // Until now the take ran along the old segment; from here it runs on at the new speed.
  segment_.take_frame = segment_.place(next_frame_);
  segment_.begin = next_frame_;
  segment_.end = segment.end;
  segment_.speed = segment.speed;
  voices_[newest_].set_speed(segment.speed, frames_of(kCrossfadeSeconds));
}

void TransportPlayer::begin(const Segment& segment, std::int64_t frame) noexcept {
  sounds_ = true;
  segment_ = segment;
  const double place = segment.place(frame);
  newest_ = (newest_ + 1) % voices_.size();
  if (place >= static_cast<double>(sample_->frames())) {
    voices_[newest_] = Voice();  // The take is over before its segment is.
    return;
  }
  voices_[newest_].start({.sample = sample_,
                          .speed = segment.speed,
                          .end = sample_->frames(),
                          .offset = place,
                          .gain = gain_,
                          .attack_frames = place == 0.0 ? 0 : frames_of(kCrossfadeSeconds)});
}

void TransportPlayer::stop(double seconds) noexcept {
  sounds_ = false;
  Voice& voice = voices_[newest_];
  if (voice.silent()) return;
  // Bar lines are whole frames: of a take that is over, one frame may be left.
  const bool is_over =
      voice.position() + 2.0 * segment_.speed >= static_cast<double>(voice.sample()->frames());
  voice.release(is_over ? 0 : frames_of(seconds));
}

void TransportPlayer::render(float* left, float* right, int frames) noexcept {
  for (Voice& voice : voices_) {
    if (!voice.silent()) voice.add_to(left, right, frames, tables_);
  }
}

int TransportPlayer::frames_of(double seconds) const noexcept {
  return static_cast<int>(std::lround(seconds * output_rate_));
}

}  // namespace dgx::plugin
