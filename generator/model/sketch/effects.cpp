// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/effects.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "generator/model/sketch/plan.hpp"

namespace dgx::model::sketch {
namespace {

/// Second-order Butterworth sections by R. Bristow-Johnson, "Cookbook formulae for audio EQ
/// biquad filter coefficients".
struct Biquad {
  double b0, b1, b2, a1, a2;

  static Biquad make(double cutoff_hz, bool low) {
    const double w = 2.0 * std::numbers::pi * cutoff_hz / kSampleRate;
    const double cosine = std::cos(w);
    const double alpha = std::sin(w) / std::numbers::sqrt2;
    const double a0 = 1.0 + alpha;
    const double edge = (low ? 1.0 - cosine : 1.0 + cosine) / 2.0;
    return {edge / a0, (low ? 2.0 : -2.0) * edge / a0, edge / a0, -2.0 * cosine / a0,
            (1.0 - alpha) / a0};
  }

  /// Both channels in one pass: their chains of dependencies overlap in the processor.
  void run(std::vector<float>& samples, const Checkpoint& checkpoint) const {
    double left1 = 0.0, left2 = 0.0, right1 = 0.0, right2 = 0.0;
    in_pieces(samples.size() / 2, checkpoint, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = 2 * begin; i < 2 * end; i += 2) {
        const double left = samples[i];
        const double right = samples[i + 1];
        const double left_out = b0 * left + left1;
        const double right_out = b0 * right + right1;
        left1 = b1 * left - a1 * left_out + left2;
        right1 = b1 * right - a1 * right_out + right2;
        left2 = b2 * left - a2 * left_out;
        right2 = b2 * right - a2 * right_out;
        samples[i] = static_cast<float>(left_out);
        samples[i + 1] = static_cast<float>(right_out);
      }
    });
  }
};

/// Close to tanh, exact at its ends: 3 gives 1 (Pade approximant, clamped).
float soft_clip(float x) {
  const float clamped = std::clamp(x, -3.0F, 3.0F);
  const float square = clamped * clamped;
  return clamped * (27.0F + square) / (27.0F + 9.0F * square);
}

}  // namespace

void lowpass(std::vector<float>& samples, double cutoff_hz, const Checkpoint& checkpoint) {
  if (cutoff_hz < 0.45 * kSampleRate) Biquad::make(cutoff_hz, true).run(samples, checkpoint);
}

void highpass(std::vector<float>& samples, double cutoff_hz, const Checkpoint& checkpoint) {
  Biquad::make(cutoff_hz, false).run(samples, checkpoint);
}

void saturate(std::vector<float>& samples, double drive, const Checkpoint& checkpoint) {
  float peak = 0.0F;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  if (peak == 0.0F) return;
  const float push = static_cast<float>(0.5 + 2.5 * drive);
  const float in = push / peak;
  const float out = peak / soft_clip(push);
  in_pieces(samples.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) samples[i] = soft_clip(samples[i] * in) * out;
  });
}

void fold_tail(std::vector<float>& samples, std::size_t frames) {
  const std::size_t length = frames * 2;
  for (std::size_t i = length; i < samples.size(); ++i) samples[i % length] += samples[i];
  samples.resize(length);
}

void cut_with_fade(std::vector<float>& samples, std::size_t frames) {
  samples.resize(frames * 2);
  const std::size_t fade = std::min<std::size_t>(frames, kSampleRate / 40);
  for (std::size_t i = 0; i < fade; ++i) {
    const double phase = static_cast<double>(i) / static_cast<double>(fade);
    const auto gain = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * phase));
    const std::size_t frame = frames - 1 - i;
    samples[2 * frame] *= gain;
    samples[2 * frame + 1] *= gain;
  }
}

std::vector<float> ducking_curve(std::size_t frames, const std::vector<std::size_t>& kicks,
                                 double depth, double back, bool loop,
                                 const Checkpoint& checkpoint) {
  if (kicks.empty() || depth <= 0.0) return {};
  const double attack = 0.004 * kSampleRate;
  // How far down the sound still is, some frames after a kick.
  const auto pressed = [back](double since) {
    return since < back ? 0.5 + 0.5 * std::cos(std::numbers::pi * since / back) : 0.0;
  };
  const std::size_t last = kicks.back();
  // The next kick goes down from where the one before has left the gain.
  double held = loop ? pressed(static_cast<double>(kicks.front() + frames - last)) : 0.0;
  std::vector<float> curve(frames, 1.0F);
  std::size_t next = 0;
  in_pieces(frames, checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t frame = begin; frame < end; ++frame) {
      for (; next < kicks.size() && kicks[next] <= frame; ++next) {
        if (next > 0) held = pressed(static_cast<double>(kicks[next] - kicks[next - 1]));
      }
      if (next == 0 && !loop) continue;
      const double since = next > 0 ? static_cast<double>(frame - kicks[next - 1])
                                    : static_cast<double>(frame + frames - last);
      const double down = since < attack ? held + (1.0 - held) * since / attack : pressed(since);
      curve[frame] = static_cast<float>(1.0 - depth * down);
    }
  });
  return curve;
}

void apply_curve(std::vector<float>& samples, const std::vector<float>& curve,
                 const Checkpoint& checkpoint) {
  in_pieces(curve.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t frame = begin; frame < end; ++frame) {
      samples[2 * frame] *= curve[frame];
      samples[2 * frame + 1] *= curve[frame];
    }
  });
}

void let_decay(std::vector<float>& samples, const std::vector<std::size_t>& starts,
               double frames_to_fall, const Checkpoint& checkpoint) {
  const double fall = std::exp(-1.0 / frames_to_fall);
  // Back up within 2 ms: the end of the note before does not click.
  const double rise = 1.0 / (0.002 * kSampleRate);
  std::size_t next = 0;
  double gain = 1.0;
  double rising = 1.0;
  in_pieces(samples.size() / 2, checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t frame = begin; frame < end; ++frame) {
      for (; next < starts.size() && starts[next] <= frame; ++next) rising = gain;
      if (rising < 1.0) {
        rising = std::min(1.0, rising + rise);
        gain = rising;
      } else {
        gain *= fall;
      }
      samples[2 * frame] *= static_cast<float>(gain);
      samples[2 * frame + 1] *= static_cast<float>(gain);
    }
  });
}

void apply_gain(std::vector<float>& samples, float gain, const Checkpoint& checkpoint) {
  in_pieces(samples.size(), checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) samples[i] *= gain;
  });
}

}  // namespace dgx::model::sketch
