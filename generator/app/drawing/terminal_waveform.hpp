// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/audio/audio_clip.hpp"

namespace dgx::app {

/// The clip as `rows` lines of `columns` characters: the mirrored waveform, zoomed so that its
/// loudest moment fills them, and a time ruler as the last line. At least 16 columns and 3 rows are
/// drawn. Plain text is braille dots. With `color` it is blocks in 24-bit colours with the body
/// brighter than the peaks, and every line ends with a reset; whether the terminal wants that
/// (NO_COLOR, isatty, TERM=dumb) is the caller's to know.
std::vector<std::string> draw_waveform(const AudioClip& clip, int columns, int rows, bool color);

}  // namespace dgx::app
