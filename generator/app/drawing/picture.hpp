// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generator/audio/audio_clip.hpp"
#include "generator/base/result.hpp"

namespace dgx::app {

/// The words on a picture. Text is UTF-8; what does not fit is cut with an ellipsis.
struct PictureLabels {
  std::string title{};               ///< The take's name
  std::string subtitle{};            ///< The prompt
  std::vector<std::string> facts{};  ///< Shown as badges: "84 BPM", "C minor", "-16.0 LUFS"
  std::optional<double> bpm{};       ///< Quarter notes a minute; gives the grid of bars
  int meter_numerator = 4;
  int meter_denominator = 4;
};

/// Writes a PNG of 1600 x 900 pixels to `fd`, which stays the caller's: the waveform with its bars
/// above, the spectrogram below. The same clip and labels give the same bytes.
Status write_picture(int fd, const AudioClip& clip, const PictureLabels& labels);

}  // namespace dgx::app
