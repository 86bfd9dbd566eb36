// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/windows.hpp"

#include <algorithm>

namespace dgx::musicgen {

// audiocraft, MusicGen._generate_tokens.
std::vector<Window> plan_windows(std::int64_t frames, std::int64_t prompt_frames,
                                 std::int64_t frame_rate) {
  const std::int64_t longest = kWindowSeconds * frame_rate;
  const std::int64_t stride = kStrideSeconds * frame_rate;
  std::vector<Window> windows;
  std::int64_t begin = 0;
  std::int64_t known = prompt_frames;
  while (begin + known < frames) {
    const std::int64_t end = std::min(begin + longest, frames);
    windows.push_back({begin, end, known});
    known = std::max<std::int64_t>(end - begin - stride, 0);
    begin += stride;
  }
  return windows;
}

}  // namespace dgx::musicgen
