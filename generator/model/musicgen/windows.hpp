// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace dgx::musicgen {

/// The model was trained on 30 s; a longer take is made window by window, each beginning 18 s
/// after the one before and given what that one made of its first 12 s (audiocraft's
/// max_duration and extend_stride). In frames of 50 a second.
inline constexpr std::int64_t kWindowSeconds = 30;
inline constexpr std::int64_t kStrideSeconds = 18;

/// One run of the model, in frames of the take.
struct Window {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t known = 0;  ///< Frames from `begin` on that are given to the model

  bool operator==(const Window&) const = default;
};

/// The windows of a take of `frames`, of which the first `prompt_frames` are given, at
/// `frame_rate` frames a second. Empty where nothing is left to make.
std::vector<Window> plan_windows(std::int64_t frames, std::int64_t prompt_frames,
                                 std::int64_t frame_rate);

}  // namespace dgx::musicgen
