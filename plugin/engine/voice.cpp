// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/voice.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dgx::plugin {
namespace {

constexpr int kFractionBits = 32;
constexpr std::int64_t kOne = std::int64_t{1} << kFractionBits;
// Faster than the take can be heard; and the position stays far from its last bit.
constexpr double kFastest = 1024.0;
constexpr std::size_t kMostTaps = 128;

}  // namespace

void Voice::start(const VoiceStart& what) noexcept {
  what_ = what;
  position_ = (what.first << kFractionBits) + std::llround(what.offset * static_cast<double>(kOne));
  step_ = 0;
  set_speed(what.speed, 0);
  gain_ = what.gain;
  gain_ramp_.start(0);
  envelope_ = Envelope();
  if (what.sample != nullptr && what.first < what.end) envelope_.attack(what.attack_frames);
}

void Voice::set_speed(double speed, int frames) noexcept {
  what_.speed = std::clamp(speed, 1.0 / kFastest, kFastest);
  step_from_ = step_;
  step_goal_ = std::llround(what_.speed * static_cast<double>(kOne));
  step_ramp_.start(frames);
  if (step_ramp_.done()) step_ = step_goal_;
  fastest_ = static_cast<double>(std::max(step_, step_goal_)) / static_cast<double>(kOne);
  const int octaves = static_cast<int>(std::ceil(std::log2(fastest_) - 1e-9)) - 1;
  level_ = std::clamp(octaves, 0, Sample::kLevels - 1);
}

void Voice::set_gain(StereoFrame gain, int frames) noexcept {
  gain_from_ = gain_;
  what_.gain = gain;
  gain_ramp_.start(frames);
}

double Voice::position() const noexcept {
  return static_cast<double>(position_) / static_cast<double>(kOne);
}

bool Voice::is_at_own_speed() const noexcept {
  return level_ == 0 && step_ == kOne && (position_ & (kOne - 1)) == 0;
}

void Voice::add_to(float* left, float* right, int frames, const SincTables& tables) noexcept {
  const SincKernel& kernel = tables.for_speed(fastest_ / static_cast<double>(1 << level_));
  for (int i = 0; i < frames && !silent(); ++i) {
    fade_before_end();
    const StereoFrame frame =
        is_at_own_speed() ? frame_at(position_ >> kFractionBits) : read(kernel);
    const float level = envelope_.level();
    left[i] += frame.left * level * gain_.left;
    right[i] += frame.right * level * gain_.right;
    envelope_.advance();
    move_gain();
    move_speed();
    advance();
  }
}

// A region may end anywhere in the waveform.
void Voice::fade_before_end() noexcept {
  if (what_.loops || envelope_.releasing()) return;
  const Fixed left = (what_.end << kFractionBits) - position_;
  if (left <= step_ * what_.fade_frames) envelope_.release(static_cast<int>(left / step_));
}

void Voice::move_gain() noexcept {
  if (gain_ramp_.done()) return;
  gain_ramp_.advance();
  const float part = gain_ramp_.value();
  gain_ = {gain_from_.left + part * (what_.gain.left - gain_from_.left),
           gain_from_.right + part * (what_.gain.right - gain_from_.right)};
}

void Voice::move_speed() noexcept {
  if (step_ramp_.done()) return;
  step_ramp_.advance();
  const auto way = static_cast<double>(step_goal_ - step_from_);
  step_ = step_from_ + std::llround(way * static_cast<double>(step_ramp_.value()));
}

void Voice::advance() noexcept {
  position_ += step_;
  const Fixed end = what_.end << kFractionBits;
  if (position_ < end) return;
  const Fixed length = (what_.end - what_.first) << kFractionBits;
  if (what_.loops) {
    position_ = (what_.first << kFractionBits) + (position_ - end) % length;
  } else {
    envelope_ = Envelope();
  }
}

StereoFrame Voice::read(const SincKernel& kernel) const noexcept {
  const Sample::Level& level = what_.sample->level(level_);
  const Fixed place = position_ >> level_;
  const auto fraction = static_cast<std::uint32_t>(place & (kOne - 1));
  const std::int64_t first = (place >> kFractionBits) - (kernel.taps() / 2 - 1);
  const std::int64_t last = first + kernel.taps();
  const std::int64_t lowest = what_.loops ? (what_.first >> level_) + 1 : 0;
  const std::int64_t highest =
      what_.loops ? what_.end >> level_ : static_cast<std::int64_t>(level.left.size());
  if (first < lowest || last > highest) return read_at_seam(kernel, first, fraction);
  return kernel.interpolate(level.left.data() + first, level.right.data() + first, fraction);
}

// The kernel reaches over an end of the take, or over the seam of the loop: what it reads there is
// gathered frame by frame.
StereoFrame Voice::read_at_seam(const SincKernel& kernel, std::int64_t first,
                                std::uint32_t fraction) const noexcept {
  std::array<float, kMostTaps> left;   // NOLINT(cppcoreguidelines-pro-type-member-init): filled
  std::array<float, kMostTaps> right;  // NOLINT(cppcoreguidelines-pro-type-member-init): below
  const auto taps = static_cast<std::size_t>(kernel.taps());
  for (std::size_t tap = 0; tap < taps; ++tap) {
    const StereoFrame frame = frame_at((first + static_cast<std::int64_t>(tap)) << level_);
    left[tap] = frame.left;
    right[tap] = frame.right;
  }
  return kernel.interpolate(left.data(), right.data(), fraction);
}

// `index` counts frames of the take, and may lie outside of it or of the loop.
StereoFrame Voice::frame_at(std::int64_t index) const noexcept {
  if (what_.loops) {
    const std::int64_t length = what_.end - what_.first;
    const std::int64_t offset = (index - what_.first) % length;
    index = what_.first + (offset < 0 ? offset + length : offset);
  }
  const Sample::Level& level = what_.sample->level(level_);
  const std::int64_t place = index >> level_;
  if (place < 0 || place >= static_cast<std::int64_t>(level.left.size())) return {};
  const auto at = static_cast<std::size_t>(place);
  return {level.left[at], level.right[at]};
}

}  // namespace dgx::plugin
