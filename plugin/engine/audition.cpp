// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/audition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dgx::plugin {
namespace {

constexpr double kFadeSeconds = 0.01;

}  // namespace

bool Audition::set_sample(const Sample* sample) noexcept {
  const Voice& other = voices_[1 - current_];
  const auto place = std::find(retiring_.begin(), retiring_.end(), nullptr);
  if (!other.silent() || place == retiring_.end()) return false;
  *place = std::exchange(sample_, sample);
  double seconds = 0.0;
  if (Voice& before = current(); !before.silent()) {
    seconds = before.position() / before.sample()->sample_rate();
    before.release(static_cast<int>(std::lround(kFadeSeconds * sample_rate_)));
  }
  if (sample != nullptr && allowed_) start(*sample, seconds);
  return true;
}

// In whole frames, so that a take at the output's rate is heard bit for bit.
void Audition::start(const Sample& sample, double seconds) noexcept {
  if (sample.frames() == 0) return;
  const auto first = std::llround(seconds * sample.sample_rate());
  const auto offset = static_cast<double>(first % sample.frames());
  const int fade = static_cast<int>(std::lround(kFadeSeconds * sample_rate_));
  current_ = 1 - current_;
  current().start({.sample = &sample,
                   .speed = sample.sample_rate() / sample_rate_,
                   .end = sample.frames(),
                   .offset = offset,
                   .attack_frames = first > 0 ? fade : 0,
                   .fade_frames = fade});
}

const Sample* Audition::take_retired() noexcept {
  for (const Sample*& sample : retiring_) {
    const bool is_read = std::any_of(voices_.begin(), voices_.end(), [&](const Voice& voice) {
      return !voice.silent() && voice.sample() == sample;
    });
    if (sample != nullptr && !is_read) return std::exchange(sample, nullptr);
  }
  return nullptr;
}

void Audition::allow(bool allowed) noexcept {
  allowed_ = allowed;
  if (!allowed) reset();
}

void Audition::process(float* left, float* right, std::uint32_t frames) noexcept {
  for (Voice& voice : voices_) {
    if (!voice.silent()) voice.add_to(left, right, static_cast<int>(frames), tables_);
  }
}

double Audition::share() const noexcept {
  const Voice& voice = voices_[current_];
  if (voice.silent() || sample_ == nullptr) return -1.0;
  return voice.position() / static_cast<double>(sample_->frames());
}

}  // namespace dgx::plugin
