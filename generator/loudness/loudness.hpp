// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx {

/// Measures of ITU-R BS.1770-4 and EBU R 128. What a clip is too silent or too short for has no
/// value: integrated loudness below -70 LUFS (the absolute gate), short-term loudness of less than
/// 3 s, the peak of digital silence.
struct Loudness {
  std::optional<double> integrated_lufs{};
  std::optional<double> short_term_max_lufs{};
  std::optional<double> range_lu{};
  std::optional<double> true_peak_dbtp{};
  double sample_peak = 0.0;  ///< Linear, 1.0 is full scale
};

/// Fails with kCancelled soon after `stop`.
Result<Loudness> measure_loudness(const AudioClip& clip, const std::stop_token& stop = {});

/// One gain for a whole take.
struct GainChoice {
  double gain_db = 0.0;
  double short_of_target_lu = 0.0;  ///< > 0 where the true-peak ceiling bound
  bool silent = false;              ///< Below the gate: no gain at all
};

/// The gain that brings `measured` to `target_lufs`, lowered where the true peak, or the higher
/// true peak `loudest_part_dbtp` of a part that is written beside it, would pass `ceiling_dbtp`.
GainChoice choose_gain(const Loudness& measured, double target_lufs, double ceiling_dbtp,
                       std::optional<double> loudest_part_dbtp);

/// Multiplies every sample; nothing is clamped.
void apply_gain(AudioClip& clip, double gain_db);

}  // namespace dgx
